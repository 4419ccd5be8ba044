import { type FrozenIssue, type Issue, PARTS, type Variant } from '../../newsletter/issue.ts';
import type { EditionCursor, IssueStore } from '../../newsletter/issue-store.ts';
import {
  brotlied,
  fieldsOf,
  getItem,
  getItems,
  IS_NEW,
  type Item,
  putItem,
  type Table,
  unbrotlied,
  updateIf,
} from './dynamo-client.ts';
import { moved, noteOn, stepItems } from './dynamo-issue-items.ts';
import {
  AFTER_ANY_ID,
  editionKey,
  frozenKey,
  issueKey,
  issueListKey,
  issueListPartition,
  issueRefOf,
  OPEN_ISSUES,
  openKey,
  variantKey,
  withoutPrefix,
} from './dynamo-keys.ts';
import { queryItems, transactIf } from './dynamo-requests.ts';

export function dynamoIssues(table: Table): IssueStore {
  const { name } = table;

  const store: IssueStore = {
    async create(issue) {
      const { edition, slot, createdAt } = issue;
      const created = await transactIf(table, [
        { Put: { TableName: name, Item: { ...issueKey(edition, slot), ...issue }, ...IS_NEW } },
        { Put: { TableName: name, Item: issueListKey(edition, createdAt, slot) } },
        { Put: { TableName: name, Item: openKey(edition, slot) } },
      ]);
      if (created) return { issue, created };
      const existing = await store.get(issue);
      if (!existing) throw new Error(`issue ${edition}#${slot} exists, and cannot be read`);
      return { issue: existing, created };
    },

    async get({ edition, slot }) {
      const item = await getItem(table, issueKey(edition, slot));
      return item && issueOf(item);
    },

    async frozen({ edition, slot }) {
      const item = await getItem(table, frozenKey(edition, slot));
      if (!item) return undefined;
      // Older versions stored these fields without compressing them, so both forms are read.
      return 'z' in item ? unbrotlied<FrozenIssue>(item.z) : (fieldsOf(item) as FrozenIssue);
    },

    async list(edition, limit, range) {
      const sk =
        range &&
        ('before' in range ? { below: range.before } : { above: `${range.createdAfter}${AFTER_ANY_ID}` });
      const newest = { pk: issueListPartition(edition), sk, descending: true, consistent: false };
      const items = await queryItems(table, newest, limit);
      const keys = items.map(({ sk }) => issueKey(edition, withoutPrefix(sk)));
      return (await getItems(table, keys)).map(issueOf);
    },

    async open() {
      return (await queryItems(table, { pk: OPEN_ISSUES })).map(({ sk, lookAt }) => ({
        ...issueRefOf(sk),
        ...(lookAt !== undefined && { lookAt: Number(lookAt) }),
      }));
    },

    async lookAgain({ edition, slot }, at) {
      await updateIf(table, openKey(edition, slot), {
        UpdateExpression: 'SET lookAt = :at',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':at': at },
      });
    },

    async close({ edition, slot }) {
      await transactIf(table, [
        {
          ConditionCheck: {
            TableName: name,
            Key: issueKey(edition, slot),
            ConditionExpression: '#state = :stopped',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':stopped': 'stopped' },
          },
        },
        { Delete: { TableName: name, Key: openKey(edition, slot) } },
      ]);
    },

    async cursor(edition) {
      const item = await getItem(table, editionKey(edition));
      return item ? (fieldsOf(item) as EditionCursor) : { version: 0, recent: [] };
    },

    putVariant({ edition, slot }, { html, text, ...variant }) {
      const z = brotlied({ html, text });
      return putItem(table, { ...variantKey(edition, slot, variant.key), ...variant, z });
    },

    async variant({ edition, slot }, key) {
      const item = await getItem(table, variantKey(edition, slot, key));
      if (!item) return undefined;
      const { z, ...variant } = fieldsOf(item);
      return { ...variant, ...unbrotlied<Pick<Variant, 'html' | 'text'>>(z) } as Variant;
    },

    freeze(ref, from, to, frozen, step) {
      return transactIf(table, [
        moved(name, ref, from, 'SET #state = :to, composition = :next', {
          ':to': to,
          ':next': frozen.composition,
        }),
        { Put: { TableName: name, Item: { ...frozenKey(ref.edition, ref.slot), z: brotlied(frozen) } } },
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
              // On the right side, DynamoDB takes the state from before this update. So the state in which the issue
              // was stopped is stored.
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
        // A stopped issue stays open, because its batches may have addresses. The sweep closes it.
        ...(to === 'stopped' ? [] : [{ Delete: { TableName: name, Key: openKey(edition, slot) } }]),
      ]);
    },

    async noteComposeFailure(ref, failure) {
      await noteOn(table, ref, {
        UpdateExpression: 'SET composeFailure = :failure',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':failure': failure },
      });
    },

    noteAnswer(ref, answer, after) {
      return noteOn(table, ref, {
        UpdateExpression: 'SET lastAnswer = :answer',
        ConditionExpression:
          'attribute_exists(pk) AND (attribute_not_exists(lastAnswer) OR lastAnswer.#at < :after)',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':answer': answer, ':after': after },
      });
    },

    async markTold(ref, previous, next) {
      const values = {
        ...(next !== undefined && { ':next': next }),
        ...(previous !== undefined && { ':previous': previous }),
      };
      await noteOn(table, ref, {
        UpdateExpression: next === undefined ? 'REMOVE told' : 'SET told = :next',
        ConditionExpression: previous === undefined ? 'attribute_not_exists(told)' : 'told = :previous',
        ExpressionAttributeValues: values,
      });
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

/**
 * Older versions stored no `parts`, and called the count of planned parts `shardsPlanned`. Without these defaults such
 * an issue would count as planned, and it would end as sent although nobody was mailed.
 */
function issueOf(item: Item): Issue {
  const { shardsPlanned = 0, ...fields } = fieldsOf(item);
  return { parts: PARTS, partsPlanned: shardsPlanned, ...fields } as Issue;
}
