import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import project from '../../package.json' with { type: 'json' };
import { FUNCTIONS, type FunctionId, mayTouch, policyOf } from '../infra/policy.ts';
import settings from '../support/publication.ts';
import { type Deployment, deploy } from './deployment.ts';
import { hubTests } from './hub.ts';
import { inboxTests } from './inbox.ts';
import { type Lambda, request } from './lambda.ts';
import { listTests } from './lists.ts';
import { readerTests } from './readers.ts';
import { filesOf, functionOf } from './shipped.ts';
import { tickTests } from './ticks.ts';
import { webhookTests } from './webhooks.ts';

const { version } = project;

/** The bundles that a deployment uploads. The tests call them with the events that AWS sends. */
let deployed: Deployment;
const lambda = (id: FunctionId): Lambda => deployed.lambda(id);

beforeAll(async () => {
  deployed = await deploy();
}, 180_000);
afterAll(() => deployed?.stop());

describe.each(FUNCTIONS)('the bundle of %s', (id) => {
  test('is one module and the templates', () => {
    const { code } = functionOf(deployed.shipped, id);
    expect(filesOf(code).filter((file) => !file.startsWith('templates'))).toEqual(['index.mjs']);
    expect(existsSync(join(code, 'templates', 'locales', 'en.json'))).toBe(true);
  });

  test('has the settings of the publication, and logs its version first', () => {
    const { code } = functionOf(deployed.shipped, id);
    expect(readFileSync(join(code, 'index.mjs'), 'utf8')).toContain(settings.idAuthority);
    const [first] = lambda(id).lines();
    expect(JSON.parse(first ?? '{}')).toEqual({ level: 'info', message: 'Broadsheet starts', version });
  });
});

test('GET /healthz answers with the version', async () => {
  const { status, bytes } = await request(lambda('Public'), 'GET', '/healthz');
  expect([status, bytes.toString()]).toEqual([200, `ok ${version}\n`]);
});

test('only the bundle of Tick has MJML', () => {
  const withMjml = FUNCTIONS.filter((id) =>
    /mjml2html|mjml-core/.test(
      readFileSync(join(functionOf(deployed.shipped, id).code, 'index.mjs'), 'utf8'),
    ),
  );
  expect(withMjml).toEqual(['Tick']);
});

test('a policy of the template refuses what it does not allow', () => {
  const statements = policyOf(deployed.shipped.template, 'Public');
  expect(mayTouch(statements, 'dynamodb:PutItem', ['ARTICLE#a'])).toBe(false);
  expect(mayTouch(statements, 'dynamodb:Scan', [])).toBe(false);
});

describe('a story from the editor to the inbox', () => inboxTests(() => deployed));
describe('a reader with a link', () => readerTests(() => deployed));
describe('a subscriber of the hub', () => hubTests(() => deployed));

describe('the mail provider', () => webhookTests(() => deployed));

describe('a list of readers', () => listTests(() => deployed));

describe('the tick function in the following minutes', () => tickTests(() => deployed));

describe.each(FUNCTIONS)('during all of these tests %s', (id) => {
  test('asked for nothing that its policy refuses', () => {
    expect(deployed.denied(id)).toEqual([]);
  });

  test('wrote lines that the alarms can read', () => {
    const unreadable = lambda(id)
      .lines()
      .filter((line) => !/^\{"level":"(?:info|warn|error)","message":.*\}$/.test(line));
    expect(unreadable).toEqual([]);
  });
});
