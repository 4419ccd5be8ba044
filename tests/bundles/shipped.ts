import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FunctionId, type Json, onlyIn, type TemplateJson } from '../infra/policy.ts';
import { cleanEnvironment } from '../support/process.ts';

/** The files that `cdk deploy` would upload: the template, and for each function the folder that becomes /var/task. */
export type Shipped = { folder: string; template: TemplateJson };

/** Runs `npm run synth` in the repository or in a clone of it. */
export async function ship(cwd: string, env: Record<string, string> = {}): Promise<Shipped> {
  // The output is far from any node_modules, so a bundle has only the modules that are in it.
  const folder = mkdtempSync(join(tmpdir(), 'broadsheet-shipped-'));
  await promisify(execFile)('npm', ['run', 'synth', '--', '--output', folder], {
    cwd,
    env: { ...cleanEnvironment(), BROADSHEET_STACK: 'Shipped', ...env },
    maxBuffer: 16 * 1024 * 1024,
  });
  return { folder, template: JSON.parse(readFileSync(join(folder, 'Shipped.template.json'), 'utf8')) };
}

/** Returns a function's properties in the template, and the folder with its code. */
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
