import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FunctionId, type Json, onlyIn, type TemplateJson } from '../infra/policy.ts';
import { REPOSITORY } from '../support/clone.ts';
import { cleanEnvironment } from '../support/process.ts';

/** What `cdk deploy` would upload: the template, and for each function the folder that becomes /var/task. */
export type Shipped = { folder: string; template: TemplateJson };

/** The same as `npm run synth` in a clone, without CDK's check of the template, which takes three seconds. */
export function ship(clone: string): Promise<Shipped> {
  const folder = outputFolder();
  const env = { CDK_OUTDIR: folder, CDK_VALIDATION: 'false' };
  return synthesize(folder, [process.execPath, 'infra/app.ts'], clone, env);
}

/** `npm run synth` in the repository. */
export function shipByNpm(): Promise<Shipped> {
  const folder = outputFolder();
  return synthesize(folder, ['npm', 'run', 'synth', '--', '--output', folder], REPOSITORY);
}

/** Far from any node_modules, so that a bundle has only what is in it. */
const outputFolder = () => mkdtempSync(join(tmpdir(), 'broadsheet-shipped-'));

async function synthesize(
  folder: string,
  [program, ...args]: [string, ...string[]],
  cwd: string,
  env: Record<string, string> = {},
): Promise<Shipped> {
  await promisify(execFile)(program, args, {
    cwd,
    env: { ...cleanEnvironment(), BROADSHEET_STACK: 'Shipped', ...env },
    maxBuffer: 16 * 1024 * 1024,
  });
  return { folder, template: JSON.parse(readFileSync(join(folder, 'Shipped.template.json'), 'utf8')) };
}

/** A function's properties in the template, and its code. */
export function functionOf(
  { folder, template }: Shipped,
  id: FunctionId,
): { properties: Json; code: string } {
  const { Properties } = onlyIn(template, 'AWS::Lambda::Function', `${id}Function`);
  return {
    properties: Properties,
    code: join(folder, `asset.${Properties.Code.S3Key.replace(/\.zip$/, '')}`),
  };
}

export function filesOf(code: string): string[] {
  return readdirSync(code, { recursive: true, encoding: 'utf8' }).sort();
}
