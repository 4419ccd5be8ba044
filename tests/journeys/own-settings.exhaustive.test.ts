import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import settings from '../../broadsheet.config.ts';
import project from '../../package.json' with { type: 'json' };
import { secretsManager } from '../bundles/fake-aws.ts';
import { type Lambda, request, startLambda } from '../bundles/lambda.ts';
import { functionOf, type Shipped, ship } from '../bundles/shipped.ts';
import { FUNCTIONS, type FunctionId } from '../infra/policy.ts';
import { REPOSITORY } from '../support/clone.ts';

vi.setConfig({ hookTimeout: 180_000 });

const { version } = project;

describe('npm run synth, with the settings of this repository', () => {
  const SECRET_ARN = 'https://secret.example/';
  let shipped: Shipped;
  beforeAll(async () => {
    shipped = await ship(REPOSITORY);
  });
  afterAll(() => shipped && rmSync(shipped.folder, { recursive: true, force: true }));

  /** Starts a function with the variables of its template. Of AWS, the function finds only its secret. */
  async function withFunction(id: FunctionId, use: (lambda: Lambda) => Promise<void>): Promise<void> {
    const secrets = await secretsManager(SECRET_ARN, { linkSecret: 'a'.repeat(64), resendApiKey: 're_any' });
    const names = Object.keys(functionOf(shipped, id).properties.Environment.Variables);
    const values = Object.fromEntries(names.map((name) => [name, SECRET_ARN]));
    const lambda = await startLambda(shipped, id, values, { AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url });
    await use(lambda).finally(async () => {
      lambda.stop();
      await secrets.stop();
    });
  }

  it.each(FUNCTIONS)('the bundle of %s has the settings, starts, and logs its version', async (id) => {
    const { code } = functionOf(shipped, id);
    expect(readFileSync(join(code, 'index.mjs'), 'utf8')).toContain(settings.idAuthority);
    await withFunction(id, async (lambda) => {
      const first = () => JSON.parse(lambda.lines()[0] ?? '{}');
      await expect.poll(first).toEqual({ level: 'info', message: 'Broadsheet starts', version });
      if (id !== 'Public') return;
      const { status, bytes } = await request(lambda, 'GET', '/healthz');
      expect([status, bytes.toString()]).toEqual([200, `ok ${version}\n`]);
    });
  });
});
