import type { Token, TokenStore } from '../../access/tokens.ts';
import { deleteIf, getItem, type Item, type Table } from './dynamo-client.ts';
import { TOKENS, tokenKey } from './dynamo-keys.ts';
import { queryItems, transactIf } from './dynamo-requests.ts';

export function dynamoTokens(table: Table): TokenStore {
  return {
    async get(hash) {
      const item = await getItem(table, tokenKey(hash));
      return item && tokenOf(item);
    },

    put({ hash, ...token }) {
      const Item = { ...tokenKey(hash), ...token };
      const stored = { Put: { TableName: table.name, Item } };
      if (token.madeBy === undefined) return transactIf(table, [stored]);
      const maker = {
        TableName: table.name,
        Key: tokenKey(token.madeBy),
        ConditionExpression: 'attribute_exists(pk)',
      };
      return transactIf(table, [stored, { ConditionCheck: maker }]);
    },

    remove: (hash) => deleteIf(table, tokenKey(hash), { ConditionExpression: 'attribute_exists(pk)' }),

    async list() {
      return (await queryItems(table, { pk: TOKENS })).map(tokenOf);
    },
  };
}

function tokenOf({ pk, sk, ...token }: Item): Token {
  return { hash: String(sk), ...token } as Token;
}
