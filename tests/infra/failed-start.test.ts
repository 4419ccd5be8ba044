import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../bundles/fake-aws.ts';
import { cleanEnvironment } from '../support/process.ts';

/** What `npm run deploy` does before CDK deploys, with a server that answers as CloudFormation does. */

const SCRIPT = join(import.meta.dirname, '..', '..', 'infra', 'failed-start.ts');

type Found = { status: string } | { error: string; code: string };

/** Runs the script, and returns what it wrote and what it asked of CloudFormation. */
async function run(found: Found) {
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
        ? `<Stacks><member><StackName>Broadsheet</StackName><StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/Broadsheet/1</StackId><StackStatus>${found.status}</StackStatus></member></Stacks>`
        : '';
    return {
      status: 200,
      type: 'text/xml',
      body: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
    };
  });
  onTestFinished(cloudFormation.stop);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [SCRIPT], {
    env: {
      ...cleanEnvironment(),
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
    },
  });
  return { stdout, stderr, asked: requests.map((each) => Object.fromEntries(each)) };
}

test.each(['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'])(
  'a stack whose first deployment ended as %s may be deleted, so that CDK can deploy it again',
  async (status) => {
    const { asked, stdout, stderr } = await run({ status });
    expect(asked).toMatchObject([
      { Action: 'DescribeStacks', StackName: 'Broadsheet' },
      {
        Action: 'UpdateTerminationProtection',
        StackName: 'Broadsheet',
        EnableTerminationProtection: 'false',
      },
    ]);
    expect([stdout, stderr]).toEqual([
      expect.stringContaining('the first deployment of the stack Broadsheet has failed'),
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
  const { stdout, stderr } = await run({
    code: 'ValidationError',
    error: 'Stack with id Broadsheet does not exist',
  });
  expect([stdout, stderr]).toEqual(['', '']);
});

test('the deployment goes on if nobody may look at the stack, and a warning says so', async () => {
  const { stderr } = await run({ code: 'AccessDenied', error: 'you may not call DescribeStacks' });
  expect(stderr).toContain('warning: nobody could check whether the first deployment');
  expect(stderr).toContain('you may not call DescribeStacks');
});
