import { DeleteCommand, GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Token, TokenStore } from '../../access/tokens.ts';
import type { Item, Table } from './dynamo-client.ts';
import { tokenKey } from './dynamo-keys.ts';

export function dynamoTokens({ client, name }: Table): TokenStore {
  return {
    async get(hash) {
      const { Item } = await client.send(
        new GetCommand({ TableName: name, Key: tokenKey(hash), ConsistentRead: true }),
      );
      return Item && tokenOf(Item);
    },

    async put({ hash, ...token }) {
      await client.send(new PutCommand({ TableName: name, Item: { ...tokenKey(hash), ...token } }));
    },

    async remove(hash) {
      const { Attributes } = await client.send(
        new DeleteCommand({ TableName: name, Key: tokenKey(hash), ReturnValues: 'ALL_OLD' }),
      );
      return Attributes !== undefined;
    },

    async list() {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': 'TOKENS' },
        }),
      );
      return Items.map(tokenOf);
    },
  };
}

function tokenOf({ pk, sk, ...token }: Item): Token {
  return { hash: String(sk), ...token } as Token;
}
