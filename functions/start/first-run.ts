import { readFileSync } from 'node:fs';
import { pause } from '../adapters/dynamo/dynamo-client.ts';
import type { Config } from '../config.ts';
import type { Publication } from '../settings/publication.ts';
import type { Log } from '../shared/log.ts';

/** A story of `samples/stories.json`, with the fields that decide here. The others are those of any article. */
export type Sample = { id: string; language: string; section?: string };

/**
 * Fills a new installation through its own addresses: it posts the sample stories, signs up and confirms a reader for
 * each language, and sends one digest to these readers. Each story has an id and the digest has a key, so that a first
 * run that was killed can be repeated, even with other settings.
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
  const all = JSON.parse(readFileSync(samples, 'utf8')) as Sample[];
  const stories = samplesFor(config.publication, all);
  for (const story of stories) {
    const answer = await fetch(`${origin}/api/articles`, {
      method: 'POST',
      headers: editor,
      body: JSON.stringify(story),
    });
    if (answer.status !== 201 && answer.status !== 409)
      throw new Error(`the sample story ${story.id} was refused: ${await answer.text()}`);
  }
  log.info(`posted ${stories.length} sample stories`);
  const leftOut = all.length - stories.length;
  if (leftOut > 0)
    log.info(`left out ${leftOut} sample stories, because the publication does not have their language`);

  const [edition] = config.publication.editions;
  if (!edition || config.resend || stories.length === 0) return;
  for (const language of edition.languages) await subscribe(origin, language, edition.id);
  await fetch(`${origin}/api/editions/${edition.id}/issues`, {
    method: 'POST',
    headers: { ...editor, 'idempotency-key': 'sample-issue' },
  });
  let issue: { state: string; sent: number } | undefined;
  await until(async () => {
    const answer = await fetch(`${origin}/api/editions/${edition.id}/issues`, { headers: editor });
    const { issues } = (await answer.json()) as { issues: { state: string; sent: number }[] };
    issue = issues.find(({ state }) => state === 'sent' || state === 'skipped');
    return issue !== undefined;
  });
  // If the issue is skipped, the log has the reason already.
  if (issue?.state === 'sent') log.info(`sent one digest to ${issue.sent} sample readers`);
}

/** Returns the samples in languages of the publication. A sample keeps its section only if the publication has it. */
function samplesFor({ languages, sections }: Publication, samples: Sample[]): Sample[] {
  return samples.flatMap(({ section, ...sample }) => {
    // A sample in "en" fits a publication whose language is "en-GB" too.
    const language = languages.find((each) => each.split('-')[0] === sample.language);
    if (!language) return [];
    const isKnown = sections.some(({ slug }) => slug === section);
    return [{ ...sample, language, ...(isKnown && section && { section }) }];
  });
}

/** Returns the address of the sample reader of a language. No mail to example.com ever reaches anybody (RFC 2606). */
export function readerAddress(language: string): string {
  return `reader-${language}@example.com`;
}

async function subscribe(origin: string, language: string, edition: string): Promise<void> {
  const email = readerAddress(language);
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
  throw new Error('the samples were not ready within 30 seconds; start Broadsheet again to repeat them');
}
