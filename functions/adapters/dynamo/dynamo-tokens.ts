import type { Token, TokenStore } from '../../access/tokens.ts';
import { deleteIf, getItem, type Item, putItem, type Table } from './dynamo-client.ts';
import { TOKENS, tokenKey } from './dynamo-keys.ts';
import { queryItems } from './dynamo-requests.ts';

export function dynamoTokens(table: Table): TokenStore {
  return {
    async get(hash) {
      const item = await getItem(table, tokenKey(hash));
      return item && tokenOf(item);
    },

    put: ({ hash, ...token }) => putItem(table, { ...tokenKey(hash), ...token }),
    remove: (hash) => deleteIf(table, tokenKey(hash), { ConditionExpression: 'attribute_exists(pk)' }),

    async list() {
      return (await queryItems(table, { pk: TOKENS, consistent: false })).map(tokenOf);
    },
  };
}

function tokenOf({ pk, sk, ...token }: Item): Token {
  return { hash: String(sk), ...token } as Token;
}
