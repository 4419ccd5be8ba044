import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FunctionId, type Json, onlyIn, type TemplateJson } from '../infra/policy.ts';

/** What `cdk deploy` would upload: the template, and for each function the folder that becomes /var/task. */
export type Shipped = { folder: string; template: TemplateJson };

/** Synthesizes as `npm run synth` does, far from any node_modules, so that a bundle has only what is in it. */
export async function ship(): Promise<Shipped> {
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-shipped-'));
  const app = join(import.meta.dirname, '..', '..', 'infra', 'app.ts');
  const { BROADSHEET_URL: _url, CERTIFICATE_ARN: _arn, ALARM_EMAIL: _email, ...env } = process.env;
  await promisify(execFile)(process.execPath, [app], {
    env: { ...env, CDK_OUTDIR: folder, BROADSHEET_STACK: 'Shipped' },
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
