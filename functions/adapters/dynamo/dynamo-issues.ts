import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type FrozenIssue, type Issue, PARTS, type Variant } from '../../newsletter/issue.ts';
import type { EditionCursor, IssueStore } from '../../newsletter/issue-store.ts';
import {
  ConditionsFailed,
  fieldsOf,
  getItem,
  getItems,
  type Item,
  type Table,
  transact,
  transactIf,
} from './dynamo-client.ts';
import { moved, stepItems } from './dynamo-issue-items.ts';
import {
  editionKey,
  frozenKey,
  idAfterTime,
  issueKey,
  issueListKey,
  openKey,
  variantKey,
} from './dynamo-keys.ts';

export function dynamoIssues(table: Table): IssueStore {
  const { client, name } = table;

  const store: IssueStore = {
    async create(issue) {
      const { edition, slot, createdAt } = issue;
      try {
        await transact(table, [
          {
            Put: {
              TableName: name,
              Item: { ...issueKey(edition, slot), ...issue },
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
          { Put: { TableName: name, Item: issueListKey(edition, createdAt, slot) } },
          { Put: { TableName: name, Item: openKey(edition, slot) } },
        ]);
        return { issue, created: true };
      } catch (error) {
        if (!(error instanceof ConditionsFailed)) throw error;
        const existing = await store.get(issue);
        if (!existing) throw error;
        return { issue: existing, created: false };
      }
    },

    async get({ edition, slot }) {
      const item = await getItem(table, issueKey(edition, slot));
      return item && issueOf(item);
    },

    async frozen({ edition, slot }) {
      const item = await getItem(table, frozenKey(edition, slot));
      if (!item) return undefined;
      // Issues of before stand there as they are.
      return 'z' in item ? unpacked<FrozenIssue>(item) : (fieldsOf(item) as FrozenIssue);
    },

    async list(edition, limit) {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': issueListKey(edition, '', '').pk },
          ScanIndexForward: false,
          Limit: limit,
        }),
      );
      const slots = Items.map(({ sk }) => idAfterTime(String(sk)));
      const keys = slots.map((slot) => issueKey(edition, slot));
      return (await getItems(table, keys, true)).map(issueOf);
    },

    async open() {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: name,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': openKey('', '').pk },
          ConsistentRead: true,
        }),
      );
      return Items.map(({ sk }) => {
        const [edition = '', slot = ''] = String(sk).split('#');
        return { edition, slot };
      });
    },

    async cursor(edition) {
      const item = await getItem(table, editionKey(edition));
      return item ? (fieldsOf(item) as EditionCursor) : { version: 0, recent: [] };
    },

    async putVariant({ edition, slot }, { html, text, ...variant }) {
      const z = packed({ html, text });
      await client.send(
        new PutCommand({
          TableName: name,
          Item: { ...variantKey(edition, slot, variant.key), ...variant, z },
        }),
      );
    },

    async variant({ edition, slot }, key) {
      const item = await getItem(table, variantKey(edition, slot, key));
      if (!item) return undefined;
      const { z, ...variant } = fieldsOf(item);
      return { ...variant, ...unpacked<Pick<Variant, 'html' | 'text'>>(item) } as Variant;
    },

    freeze(ref, from, to, frozen, step) {
      return transactIf(table, [
        moved(name, ref, from, 'SET #state = :to, composition = :next', {
          ':to': to,
          ':next': frozen.composition,
        }),
        { Put: { TableName: name, Item: { ...frozenKey(ref.edition, ref.slot), z: packed(frozen) } } },
        ...stepItems(name, ref, step),
      ]);
    },

    skip(ref, from, reason, step) {
      return transactIf(table, [
        moved(name, ref, from, 'SET #state = :to, reason = :reason', { ':to': 'skipped', ':reason': reason }),
        { Delete: { TableName: name, Key: openKey(ref.edition, ref.slot) } },
        ...stepItems(name, ref, step),
      ]);
    },

    stop(ref, from, reason) {
      return transactIf(table, [
        moved(name, ref, from, 'SET #state = :to, reason = :reason, stoppedIn = :from', {
          ':to': 'stopped',
          ':reason': reason,
        }),
        { Delete: { TableName: name, Key: openKey(ref.edition, ref.slot) } },
      ]);
    },

    end({ edition, slot }, from, to, reason) {
      const states = Object.fromEntries(from.map((state, index) => [`:from${index}`, state]));
      return transactIf(table, [
        {
          Update: {
            TableName: name,
            Key: issueKey(edition, slot),
            UpdateExpression: `SET ${[
              '#state = :to',
              ...(reason === undefined ? [] : ['reason = :reason']),
              // The state as it was before this update.
              ...(to === 'stopped' ? ['stoppedIn = #state'] : []),
            ].join(', ')}`,
            ConditionExpression: `#state IN (${Object.keys(states).join(', ')})`,
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: {
              ...states,
              ':to': to,
              ...(reason !== undefined && { ':reason': reason }),
            },
          },
        },
        { Delete: { TableName: name, Key: openKey(edition, slot) } },
      ]);
    },

    resume({ edition, slot }) {
      return transactIf(table, [
        {
          Update: {
            TableName: name,
            Key: issueKey(edition, slot),
            UpdateExpression: 'SET #state = if_not_exists(stoppedIn, :sending) REMOVE reason, stoppedIn',
            ConditionExpression: '#state = :stopped',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':stopped': 'stopped', ':sending': 'sending' },
          },
        },
        { Put: { TableName: name, Item: openKey(edition, slot) } },
      ]);
    },
  };
  return store;
}

/** One that does not say in how many parts it is planned, as those of before, is not planned before its one part is. */
function issueOf(item: Item): Issue {
  const { shardsPlanned = 0, ...fields } = fieldsOf(item);
  return { parts: PARTS, partsPlanned: shardsPlanned, ...fields } as Issue;
}

function packed(what: object): Uint8Array {
  return brotliCompressSync(JSON.stringify(what), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}

function unpacked<T extends object>({ z }: Item): T {
  return JSON.parse(brotliDecompressSync(z as Uint8Array).toString()) as T;
}
