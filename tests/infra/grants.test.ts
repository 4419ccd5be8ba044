import { describe, expect, test } from 'vitest';
import * as keys from '../../functions/adapters/dynamo/dynamo-keys.ts';
import { actionsOf, FUNCTIONS, type FunctionId, mayTouch, type Statement } from './policy.ts';
import { resourcesOf, statementsOf, synthesize } from './synthesized.ts';

const template = synthesize();
const policies = Object.fromEntries(FUNCTIONS.map((id) => [id, statementsOf(template, id)])) as Record<
  FunctionId,
  Statement[]
>;
const may = (id: FunctionId, action: string, ...partitions: string[]) =>
  mayTouch(policies[id], `dynamodb:${action}`, partitions);

describe.each(FUNCTIONS)('the role of %s', (id) => {
  test('names each action and each resource', () => {
    for (const statement of policies[id]) {
      for (const action of actionsOf(statement)) expect(action).not.toContain('*');
      expect(statement.Resource).not.toBe('*');
    }
  });

  test('may touch only the partitions of the table that it names', () => {
    const onTable = policies[id].filter((statement) =>
      actionsOf(statement).some((action) => action.startsWith('dynamodb:')),
    );
    expect(onTable.length).toBeGreaterThan(0);
    for (const { Condition } of onTable) {
      expect(Condition['ForAllValues:StringLike']['dynamodb:LeadingKeys'].length).toBeGreaterThan(0);
    }
    const actions = onTable.flatMap(actionsOf);
    // These actions name no partition, so a condition on the partition would not limit them.
    for (const unlimited of ['Scan', 'DeleteTable', 'UpdateTable', 'PartiQLSelect'])
      expect(actions).not.toContain(`dynamodb:${unlimited}`);
  });

  test('may read the secret and send to every queue', () => {
    const actions = policies[id].flatMap((statement) =>
      actionsOf(statement).map((action) => `${action} ${JSON.stringify(statement.Resource)}`),
    );
    expect(actions.find((each) => each.startsWith('secretsmanager:GetSecretValue'))).toMatch(/StoreSecret/);
    const sends = actions.filter((each) => each.startsWith('sqs:SendMessage ')).join();
    expect(sends).toMatch(/QueuesWork[0-9A-F]{8}"/);
    expect(sends).toMatch(/QueuesWebSub[0-9A-F]{8}"/);
    expect(sends).toMatch(/QueuesCompose[0-9A-F]{8}"/);
  });
});

describe("a reader's request", () => {
  test('may read stories and feeds, and change none', () => {
    for (const pk of ['ARTICLE#a1', 'ARTICLES', 'FEED#all', 'ISSUE#daily#2026-11-22-0730', 'ISSUES#daily']) {
      expect(may('Public', 'Query', pk), pk).toBe(true);
      for (const action of ['PutItem', 'UpdateItem', 'DeleteItem'])
        expect(may('Public', action, pk), `${action} ${pk}`).toBe(false);
    }
  });

  test("may not see or make an editor's token", () => {
    for (const action of ['GetItem', 'Query', 'PutItem']) expect(may('Public', action, 'TOKENS')).toBe(false);
  });

  test('may not read a forbidden partition together with an allowed one', () => {
    expect(may('Public', 'BatchGetItem', 'SUBSCRIBER#s1', 'TOKENS')).toBe(false);
  });

  test('may sign a reader up and unsubscribe them', () => {
    for (const pk of [
      'SIGNUP#x',
      'SUBSCRIBER#s1',
      'ADDRESS#h',
      'MEMBERS#daily#3',
      'SUPPRESSED#h',
      'OUTBOX',
    ]) {
      expect(may('Public', 'PutItem', pk), pk).toBe(true);
    }
    expect(may('Public', 'Query', 'OUTBOX')).toBe(false);
  });

  test('may count what became of a mail, once, and may stop an edition but none of its issues', () => {
    for (const pk of [
      'EVENTS#daily#noon#3',
      'REACTIONS#s1',
      'COMPLAINTS#daily',
      'BOUNCES#h',
      'SUPPRESSED#h',
      'CONSENT#s1',
    ])
      expect(may('Public', 'PutItem', pk), pk).toBe(true);
    expect(may('Public', 'PutItem', 'WEBHOOK#msg_1')).toBe(true);
    for (const action of ['GetItem', 'UpdateItem', 'DeleteItem'])
      expect(may('Public', action, 'WEBHOOK#msg_1'), action).toBe(false);
    for (const pk of ['ISSUE#daily#noon', 'OPEN']) expect(may('Public', 'UpdateItem', pk), pk).toBe(false);
  });

  test('may give readers what is stored about them, and erase it', () => {
    for (const pk of ['SUBSCRIBER#s1', 'CONSENT#s1', 'REACTIONS#s1', 'BOUNCES#h', 'ADDRESS#h', 'SIGNUP#x'])
      for (const action of ['GetItem', 'Query', 'DeleteItem'])
        expect(may('Public', action, pk), `${action} ${pk}`).toBe(true);
    expect(may('Tick', 'Query', 'REACTIONS#s1')).toBe(false);
  });

  test('may ask the WebSub hub for a subscription, and see none', () => {
    expect(may('Public', 'PutItem', 'VERIFICATIONS')).toBe(true);
    for (const pk of ['VERIFICATIONS', 'SUBSCRIPTIONS#*', 'TOPIC#*', 'RETRIES', 'DISTRIBUTIONS'])
      expect(may('Public', 'Query', pk), pk).toBe(false);
    expect(may('Public', 'PutItem', 'SUBSCRIPTIONS#*')).toBe(false);
  });

  test('may store a feed that it has rendered', () => {
    expect(may('Public', 'PutItem', 'DOCUMENT#all#rss')).toBe(true);
  });
});

describe("an editor's request", () => {
  test('may write an article and everything that goes with it', () => {
    for (const pk of [
      'ARTICLE#a1',
      'ARTICLES',
      'FEED#all',
      'PUBLIC#2026-11',
      'EMBARGO',
      'OUTBOX',
      'REPLY#b#k',
    ]) {
      expect(may('Editor', 'PutItem', pk), pk).toBe(true);
    }
  });

  test('may import and export readers', () => {
    for (const pk of ['SUBSCRIBER#s1', 'ADDRESS#h', 'MEMBERS#daily#3', 'CONSENT#s1']) {
      expect(may('Editor', 'Query', pk), pk).toBe(true);
      expect(may('Editor', 'PutItem', pk), pk).toBe(true);
    }
    expect(may('Editor', 'ConditionCheckItem', 'SUPPRESSED#h')).toBe(true);
    expect(may('Editor', 'PutItem', 'CHOICES#daily')).toBe(true);
  });

  test('may make and lift a suppression', () => {
    for (const action of ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'])
      expect(may('Editor', action, 'SUPPRESSED#h'), action).toBe(true);
    // An address without a reader is suppressed on the condition that it still has none.
    expect(may('Editor', 'ConditionCheckItem', 'ADDRESS#h')).toBe(true);
  });

  test('may erase a reader and everything about them, and may not make a sign-up', () => {
    for (const pk of [
      'SUBSCRIBER#s1',
      'ADDRESS#h',
      'MEMBERS#daily#3',
      'CONSENT#s1',
      'SIGNUP#x',
      'REACTIONS#s1',
    ])
      for (const action of ['Query', 'DeleteItem'])
        expect(may('Editor', action, pk), `${action} ${pk}`).toBe(true);
    expect(may('Editor', 'DeleteItem', 'BOUNCES#h')).toBe(true);
    for (const pk of ['SIGNUP#x', 'REACTIONS#s1', 'BOUNCES#h'])
      for (const action of ['PutItem', 'UpdateItem'])
        expect(may('Editor', action, pk), `${action} ${pk}`).toBe(false);
  });

  test('may make and revoke tokens', () => {
    for (const action of ['GetItem', 'Query', 'PutItem', 'DeleteItem']) {
      expect(may('Editor', action, 'TOKENS'), action).toBe(true);
    }
  });
});

test('the tick function may read stories and the readers of its letters, and may not change them or list the readers of an edition', () => {
  expect(may('Tick', 'BatchGetItem', 'ARTICLE#a1', 'ARTICLE#a2')).toBe(true);
  expect(may('Tick', 'PutItem', 'ARTICLE#a1')).toBe(false);
  expect(may('Tick', 'GetItem', 'SUBSCRIBER#s1')).toBe(true);
  expect(may('Tick', 'PutItem', 'SUBSCRIBER#s1')).toBe(false);
  expect(may('Tick', 'Query', 'MEMBERS#daily#3')).toBe(false);
});

test('the public function may decide on a draft, and the tick function, which releases it, may only read the decision', () => {
  expect(may('Public', 'PutItem', 'REVIEW#daily#2026-11-22-0730')).toBe(true);
  expect(may('Tick', 'ConditionCheckItem', 'REVIEW#daily#2026-11-22-0730')).toBe(true);
  expect(may('Tick', 'PutItem', 'REVIEW#daily#2026-11-22-0730')).toBe(false);
});

test('only the work function may empty the cache of CloudFront, and only of this distribution', () => {
  const invalidates = (id: FunctionId) =>
    policies[id].filter((statement) => actionsOf(statement).includes('cloudfront:CreateInvalidation'));
  expect(FUNCTIONS.filter((id) => invalidates(id).length > 0)).toEqual(['Work']);
  expect(JSON.stringify(invalidates('Work')[0]?.Resource)).toMatch(
    /:distribution\/",\{"Ref":"EdgeDistribution/,
  );
});

test('only the editor function may call another function: the tick function, which renders its previews', () => {
  const invokes = (id: FunctionId) =>
    policies[id].filter((statement) => actionsOf(statement).includes('lambda:InvokeFunction'));
  expect(FUNCTIONS.filter((id) => invokes(id).length > 0)).toEqual(['Editor']);
  expect(invokes('Editor').map(({ Resource }) => Resource)).toEqual([
    { 'Fn::GetAtt': [expect.stringMatching(/^TickFunction/), 'Arn'] },
  ]);
});

test('every partition may be used by some function, except for those that only one machine has', () => {
  const local = ['EXPIRED', 'MAIL', 'MAIL#1', 'MAILKEY#1', 'MAILTO#1'];
  const partitions = Object.entries(keys)
    .filter(([name]) => name.endsWith('Key') && !name.startsWith('is'))
    .map(([, key]) => (key as (...parts: string[]) => keys.Key)('1', '1', '1').pk);
  expect(partitions.length).toBeGreaterThan(20);
  const orphans = partitions.filter(
    (pk) => !FUNCTIONS.some((id) => may(id, 'PutItem', pk) || may(id, 'GetItem', pk)),
  );
  expect([...new Set(orphans)].sort()).toEqual([...local].sort());
});

test('there is one role for each function, and one for the schedule', () => {
  const roles = Object.keys(resourcesOf(template, 'AWS::IAM::Role'));
  expect(roles).toHaveLength(FUNCTIONS.length + 1);
});
