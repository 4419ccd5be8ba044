import { readFileSync } from 'node:fs';
import { pause } from '../adapters/dynamo/dynamo-client.ts';
import type { Config } from '../config.ts';
import type { Log } from '../shared/log.ts';

/**
 * What a new installation shows: our sample stories posted through the real endpoint, two readers who sign up and
 * confirm, and one digest sent to them. Every step has its own key, so a first run that was killed is simply repeated.
 */
export async function firstRun({
  config,
  token,
  samples,
  log,
}: {
  config: Config;
  token: string;
  samples: string;
  log: Log;
}): Promise<void> {
  const origin = `http://127.0.0.1:${config.port}`;
  const editor = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const stories = JSON.parse(readFileSync(samples, 'utf8')) as { id: string }[];
  for (const story of stories) {
    const answer = await fetch(`${origin}/api/articles`, {
      method: 'POST',
      headers: { ...editor, 'idempotency-key': `sample-${story.id}` },
      body: JSON.stringify(story),
    });
    if (answer.status !== 201 && answer.status !== 409)
      throw new Error(`the sample story ${story.id} was refused: ${await answer.text()}`);
  }
  log.info(`posted ${stories.length} sample stories`);

  const [edition] = config.publication.editions;
  if (!edition || config.resend) return;
  for (const language of edition.languages) await subscribe(origin, language, edition.id);
  await fetch(`${origin}/api/editions/${edition.id}/issues`, {
    method: 'POST',
    headers: { ...editor, 'idempotency-key': 'sample-issue' },
  });
  await until(async () => {
    const answer = await fetch(`${origin}/api/editions/${edition.id}/issues`, { headers: editor });
    const { issues } = (await answer.json()) as { issues: { state: string }[] };
    return issues.some(({ state }) => state === 'sent' || state === 'skipped');
  });
  log.info(`sent one digest to ${edition.languages.length} sample readers`);
}

async function subscribe(origin: string, language: string, edition: string): Promise<void> {
  const email = `reader-${language}@example.com`;
  await fetch(`${origin}/subscriptions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, language, editions: [edition] }),
  });
  let link: string | undefined;
  await until(async () => {
    const { data } = (await (await fetch(`${origin}/mailbox/api/emails`)).json()) as {
      data: { to: string[]; text: string }[];
    };
    link = data
      .filter(({ to }) => to.includes(email))
      .map(({ text }) => /\S+\/subscriptions\/confirm\?token=\S+/.exec(text)?.[0])
      .find(Boolean);
    return link !== undefined;
  });
  const { pathname, search } = new URL(link ?? origin);
  await fetch(`${origin}${pathname}${search}`, { method: 'POST' });
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await pause(50))
    if (await holds()) return;
  throw new Error('the samples did not come to an end within 30 seconds');
}
