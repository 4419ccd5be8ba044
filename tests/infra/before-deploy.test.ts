import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../bundles/fake-aws.ts';
import { cleanEnvironment } from '../support/process.ts';

/** What `npm run deploy` does before CDK deploys, with a server that answers as CloudFormation does. */

const SCRIPT = join(import.meta.dirname, '..', '..', 'infra', 'before-deploy.ts');

/** What a deployment has to be told. */
const DECIDED = {
  BROADSHEET_STACK: 'News',
  BROADSHEET_ACCOUNT: '123456789012',
  BROADSHEET_REGION: 'eu-west-1',
  BROADSHEET_URL: 'https://news.example',
  CERTIFICATE_ARN: 'arn:aws:acm:us-east-1:123456789012:certificate/0b1c',
  ALARM_EMAIL: 'desk@paper.example',
};

type Found = { status: string } | { error: string; code: string };
const NOTHING: Found = { code: 'ValidationError', error: 'Stack with id News does not exist' };

/** Runs the script, and returns how it ended, what it wrote, and what it asked of CloudFormation. */
async function run(found: Found, env: Record<string, string> = {}) {
  const requests: URLSearchParams[] = [];
  const cloudFormation = await serve((_request, body) => {
    const asked = new URLSearchParams(body);
    requests.push(asked);
    if ('error' in found)
      return {
        status: 400,
        type: 'text/xml',
        body: `<ErrorResponse><Error><Type>Sender</Type><Code>${found.code}</Code><Message>${found.error}</Message></Error></ErrorResponse>`,
      };
    const action = asked.get('Action');
    const result =
      action === 'DescribeStacks'
        ? `<Stacks><member><StackName>News</StackName><StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/News/1</StackId><StackStatus>${found.status}</StackStatus></member></Stacks>`
        : '';
    return {
      status: 200,
      type: 'text/xml',
      body: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
    };
  });
  onTestFinished(cloudFormation.stop);
  const { stdout, stderr, code } = await promisify(execFile)(process.execPath, [SCRIPT], {
    env: {
      ...cleanEnvironment(),
      ...DECIDED,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
      ...env,
    },
  }).then(
    (output) => ({ ...output, code: 0 }),
    (failed: { stdout: string; stderr: string; code: number }) => failed,
  );
  return { code, stdout, stderr, asked: requests.map((each) => Object.fromEntries(each)) };
}

test.each(['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'])(
  'a stack whose first deployment ended as %s may be deleted, so that CDK can deploy it again',
  async (status) => {
    const { asked, stdout, stderr } = await run({ status });
    expect(asked).toMatchObject([
      { Action: 'DescribeStacks', StackName: 'News' },
      {
        Action: 'UpdateTerminationProtection',
        StackName: 'News',
        EnableTerminationProtection: 'false',
      },
    ]);
    expect([stdout, stderr]).toEqual([
      expect.stringContaining('the first deployment of the stack News has failed'),
      '',
    ]);
  },
);

test.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED'])(
  'a stack that was in use stays protected: %s',
  async (status) => {
    const { asked, stdout, stderr } = await run({ status });
    expect(asked.map(({ Action }) => Action)).toEqual(['DescribeStacks']);
    expect([stdout, stderr]).toEqual(['', '']);
  },
);

test('a first deployment goes on without a word', async () => {
  const { code, stdout, stderr } = await run(NOTHING);
  expect([code, stdout, stderr]).toEqual([0, '', '']);
});

test('the deployment goes on if nobody may look at the stack, and a warning says so', async () => {
  const { code, stderr } = await run({ code: 'AccessDenied', error: 'you may not call DescribeStacks' });
  expect(code).toBe(0);
  expect(stderr).toContain('warning: nobody could check whether the first deployment');
  expect(stderr).toContain('you may not call DescribeStacks');
});

test('a stack of another account stays as it is', async () => {
  const env = { BROADSHEET_ACCOUNT: '210987654321' };
  const { asked, stderr } = await run({ status: 'ROLLBACK_COMPLETE' }, env);
  expect(asked.map(({ Action }) => Action)).toEqual(['DescribeStacks']);
  expect(stderr).toContain('the credentials are those of the account 123456789012, not of 210987654321');
});

test.each(Object.keys(DECIDED))('a deployment without %s is refused, and names what to set', async (name) => {
  const { code, stderr, asked } = await run(NOTHING, { [name]: '' });
  expect([code, asked]).toEqual([1, []]);
  const [, ...faults] = stderr.trim().split('\n');
  expect(faults).toEqual([expect.stringContaining(`- ${name} is not set; set it to `)]);
});

test('a deployment that has been told nothing is refused, and names everything at once', async () => {
  const nothing = Object.fromEntries(Object.keys(DECIDED).map((name) => [name, '']));
  const { code, stderr } = await run(NOTHING, nothing);
  expect(code).toBe(1);
  for (const name of Object.keys(DECIDED)) expect(stderr).toContain(`- ${name} is not set`);
});

test('a deployment without a domain and without alarms says so with "none"', async () => {
  const none = { BROADSHEET_URL: 'none', CERTIFICATE_ARN: '', ALARM_EMAIL: 'none' };
  expect((await run(NOTHING, none)).code).toBe(0);
  const withoutName = await run(NOTHING, { BROADSHEET_STACK: 'none' });
  expect([withoutName.code, withoutName.stderr]).toEqual([
    1,
    expect.stringContaining('BROADSHEET_STACK is "none"'),
  ]);
});
