import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { BroadsheetFunction, FunctionName } from './functions.ts';

/** The rights that a function can have to the items of a partition. A transaction needs the rights of all its parts. */
const ACTIONS = {
  read: ['GetItem', 'BatchGetItem', 'Query'],
  write: ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
  put: ['PutItem'],
  check: ['ConditionCheckItem'],
  remove: ['DeleteItem'],
} as const;
type Right = keyof typeof ACTIONS;

const BOTH: Right[] = ['read', 'write'];
const READ: Right[] = ['read'];
const PUT: Right[] = ['put'];
const READ_PUT: Right[] = ['read', 'put'];
const READ_CHECK: Right[] = ['read', 'check'];
const REMOVE: Right[] = ['remove'];
const READ_REMOVE: Right[] = ['read', 'remove'];
const READ_PUT_REMOVE: Right[] = ['read', 'put', 'remove'];
const NONE: Right[] = [];

/**
 * Says which function may touch which partitions of the table. The keys are explained in
 * functions/adapters/dynamo/dynamo-keys.ts. A hole in the public function must not let anybody change an article. The editor
 * function imports, exports, unsubscribes, suppresses and erases readers, so only the scopes `subscribers:*` keep other editors
 * from doing that.
 */
// biome-ignore format: a table
export const TABLE_GRANTS: Record<string, Record<FunctionName, Right[]>> = {
  'ARTICLE#*':      { public: READ, editor: BOTH, tick: READ, work: BOTH },
  ARTICLES:         { public: READ, editor: BOTH, tick: READ, work: NONE },
  'FEED#*':         { public: READ, editor: BOTH, tick: NONE, work: BOTH },
  'PUBLIC#*':       { public: NONE, editor: BOTH, tick: READ, work: BOTH },
  EMBARGO:          { public: NONE, editor: BOTH, tick: BOTH, work: BOTH },
  OUTBOX:           { public: PUT,  editor: BOTH, tick: BOTH, work: BOTH },
  'DOCUMENT#*':     { public: BOTH, editor: NONE, tick: NONE, work: BOTH },
  'TRANSLATIONS#*': { public: NONE, editor: BOTH, tick: NONE, work: READ },
  TOKENS:           { public: NONE, editor: BOTH, tick: NONE, work: NONE },
  'REPLY#*':        { public: NONE, editor: BOTH, tick: NONE, work: NONE },
  'SUBSCRIBER#*':   { public: BOTH, editor: READ_PUT_REMOVE, tick: READ, work: BOTH },
  'ADDRESS#*':      { public: BOTH, editor: BOTH, tick: READ, work: BOTH },
  'CONSENT#*':      { public: BOTH, editor: READ_PUT_REMOVE, tick: NONE, work: NONE },
  'SUPPRESSED#*':   { public: BOTH, editor: BOTH, tick: READ, work: BOTH },
  'SIGNUP#*':       { public: BOTH, editor: READ_REMOVE, tick: READ, work: NONE },
  'MEMBERS#*':      { public: BOTH, editor: READ_PUT_REMOVE, tick: NONE, work: BOTH },
  'CHOICES#*':      { public: BOTH, editor: PUT, tick: READ, work: NONE },
  'THROTTLE#*':     { public: BOTH, editor: NONE, tick: BOTH, work: NONE },
  VERIFICATIONS:    { public: PUT,  editor: NONE, tick: READ, work: BOTH },
  'SUBSCRIPTIONS#*': { public: NONE, editor: NONE, tick: NONE, work: BOTH },
  'TOPIC#*':        { public: NONE, editor: NONE, tick: NONE, work: BOTH },
  RETRIES:          { public: NONE, editor: NONE, tick: READ, work: BOTH },
  DISTRIBUTIONS:    { public: NONE, editor: NONE, tick: READ, work: BOTH },
  'EDITION#*':      { public: NONE, editor: READ, tick: BOTH, work: NONE },
  'ISSUES#*':       { public: READ, editor: BOTH, tick: BOTH, work: BOTH },
  'ISSUE#*':        { public: READ, editor: BOTH, tick: BOTH, work: BOTH },
  'EVENTS#*':       { public: BOTH, editor: READ, tick: NONE, work: BOTH },
  'REACTIONS#*':    { public: BOTH, editor: READ_REMOVE, tick: NONE, work: BOTH },
  'COMPLAINTS#*':   { public: BOTH, editor: BOTH, tick: READ, work: BOTH },
  'WEBHOOK#*':      { public: PUT,  editor: NONE, tick: NONE, work: NONE },
  'BOUNCES#*':      { public: BOTH, editor: REMOVE, tick: NONE, work: NONE },
  'PROOF#*':        { public: NONE, editor: NONE, tick: BOTH, work: NONE },
  OPEN:             { public: READ, editor: BOTH, tick: BOTH, work: BOTH },
  PACE:             { public: NONE, editor: NONE, tick: BOTH, work: BOTH },
  'REVIEW#*':       { public: READ_PUT, editor: READ_PUT, tick: READ_CHECK, work: NONE },
  SCHEDULE:         { public: NONE, editor: READ, tick: BOTH, work: NONE },
};

export type Granted = {
  table: Table;
  secret: Secret;
  queues: Queue[];
  distribution: Distribution;
};

/** Gives the functions their rights. Beside these, each may write its own log and receive from its own queues. */
export function grantAll(functions: Record<FunctionName, BroadsheetFunction>, granted: Granted): void {
  for (const [name, { lambda }] of Object.entries(functions) as [FunctionName, BroadsheetFunction][]) {
    for (const right of Object.keys(ACTIONS) as Right[]) {
      const partitions = Object.keys(TABLE_GRANTS).filter((pk) => TABLE_GRANTS[pk]?.[name].includes(right));
      if (partitions.length > 0) lambda.addToRolePolicy(tableStatement(granted.table, right, partitions));
    }
    granted.secret.grantRead(lambda);
    for (const queue of granted.queues) {
      lambda.addToRolePolicy(
        new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
      );
    }
  }
  granted.distribution.grantCreateInvalidation(functions.work.lambda);
  // Editors ask for previews and proofs, and only the tick function can render mails.
  functions.editor.lambda.addToRolePolicy(
    new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [functions.tick.lambda.functionArn],
    }),
  );
}

/**
 * Returns a policy for partitions of the table. Its condition compares the keys of a request. Scan and PartiQL name no keys, so
 * the condition would not limit them, and no function may use them.
 */
function tableStatement(table: Table, right: Right, partitions: string[]): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ACTIONS[right].map((action) => `dynamodb:${action}`),
    resources: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } },
  });
}
