import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { cloneWith, OF_THE_TESTS } from '../support/clone.ts';
import { cleanEnvironment } from '../support/process.ts';

/** What the CDK app says of a deployment that has not been told everything. CDK does not deploy a stack with an error. */

type Metadata = Record<string, { type: string; data: string }[]>;

/** Runs the app as CDK does, without bundles. Returns the errors of its stack, and where the stack is to be. */
async function synthesize(env: Record<string, string>, context: Record<string, unknown> = {}) {
  const clone = cloneWith(OF_THE_TESTS);
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-synthesized-'));
  try {
    const { app } = JSON.parse(readFileSync(join(clone.folder, 'cdk.json'), 'utf8'));
    const [, file] = app.split(' ');
    await promisify(execFile)(process.execPath, [file], {
      cwd: clone.folder,
      env: {
        ...cleanEnvironment(),
        ...env,
        CDK_OUTDIR: folder,
        CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [], ...context }),
        CDK_VALIDATION: 'false',
      },
    });
    const metadata: Metadata = JSON.parse(readFileSync(join(folder, 'News.metadata.json'), 'utf8'));
    const errors = Object.values(metadata).flatMap((each) =>
      each.filter(({ type }) => type === 'aws:cdk:error').map(({ data }) => data),
    );
    const { artifacts } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    return { errors, place: artifacts.News.environment as string };
  } finally {
    clone.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

const PLACE = {
  BROADSHEET_STACK: 'News',
  BROADSHEET_ACCOUNT: '123456789012',
  BROADSHEET_REGION: 'eu-west-1',
};

test('a stack has an error for each variable that a deployment lacks, so `npx cdk deploy` is refused too', async () => {
  const { errors } = await synthesize(PLACE);
  expect(errors).toEqual([
    expect.stringContaining('BROADSHEET_URL is not set; set it to the address of the site'),
    expect.stringContaining('CERTIFICATE_ARN is not set'),
    expect.stringContaining('ALARM_EMAIL is not set'),
  ]);
});

test('a stack has no error if every variable is set, and is in the account and region that they name', async () => {
  const all = { ...PLACE, BROADSHEET_URL: 'none', ALARM_EMAIL: 'none' };
  expect(await synthesize(all)).toEqual({ errors: [], place: 'aws://123456789012/eu-west-1' });
});

test('`npm run synth` needs no variable', async () => {
  const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'));
  const [, name = '', value] = /--context (\w+)=(\w+)/.exec(scripts.synth) ?? [];
  const { errors } = await synthesize({ BROADSHEET_STACK: 'News' }, { [name]: value });
  expect(errors).toEqual([]);
});
