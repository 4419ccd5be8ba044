import { domainToASCII } from 'node:url';
import { expect } from 'vitest';
import { setUp, type World } from './installation.ts';
import { storeReader } from './readers.ts';

/** Does what editors and readers do, through the API and the pages, for tests that are about what comes after it. */

let stories = 0;

/** Posts a story. Returns its id. */
export async function postStory(world: World, changes: Record<string, unknown> = {}): Promise<string> {
  stories += 1;
  const article = {
    id: `story-${stories}`,
    title: `Story ${stories}`,
    summary: `What story ${stories} is about, in a sentence.`,
    content: { html: `<p>Text of story ${stories}.</p>` },
    language: 'en',
    section: 'harbour',
    authors: [{ name: 'Ana Ruiz' }],
    ...changes,
  };
  const answer = await world.edit('POST', '/api/articles', article);
  expect(answer.status, await answer.clone().text()).toBe(201);
  return article.id;
}

/** Signs a reader up and confirms the subscription by the link in the mail. */
export async function subscribe(
  world: World,
  email: string,
  choices: Record<string, unknown> = {},
): Promise<void> {
  const answer = await world.request('/subscriptions', {
    method: 'POST',
    body: { email, editions: ['daily'], language: 'en', ...choices },
  });
  expect(answer.status).toBe(202);
  await world.queue.drain();
  const mail = world.mails.findLast(({ to }) => to === mailedTo(email));
  const link = linkIn(mail?.text, '/subscriptions/confirm');
  expect((await world.request(link, { method: 'POST' })).status).toBe(200);
}

/** Returns the address as the provider gets it, with its domain in ASCII. */
function mailedTo(email: string): string {
  const at = email.lastIndexOf('@') + 1;
  return email.slice(0, at) + domainToASCII(email.slice(at));
}

/** Returns path and query of the first link in a mail to `path`, which is a pattern. */
export function linkIn(text: string | undefined, path: string): string {
  const found = new RegExp(`https?://[^\\s"<>]+?(${path}\\?[^\\s"<>]+)`).exec(text ?? '')?.[1];
  if (!found) throw new Error(`no link to ${path} in: ${text}`);
  return found;
}

/** Sends an issue of the edition now, and does everything that follows. Returns the issue as the API shows it. */
export async function sendNow(world: World, key: string, edition = 'daily'): Promise<IssueView> {
  const answer = await world.edit('POST', `/api/editions/${edition}/issues`, undefined, {
    'idempotency-key': key,
  });
  expect(answer.status, await answer.clone().text()).toBe(202);
  await world.queue.drain();
  const { id } = (await answer.json()) as IssueView;
  return issue(world, id);
}

export async function issue(world: World, id: string): Promise<IssueView> {
  return (await (await world.edit('GET', `/api/issues/${id}`)).json()) as IssueView;
}

/** Returns the slots of an edition's issues, the newest first. */
export async function slotsOf(world: World, edition = 'daily'): Promise<string[]> {
  const answer = await world.edit('GET', `/api/editions/${edition}/issues`);
  return ((await answer.json()) as { issues: IssueView[] }).issues.map(({ slot }) => slot);
}

export type IssueView = {
  id: string;
  edition: string;
  slot: string;
  state: string;
  reason?: string;
  review?: { releaseAt: string; decision?: { what: string; by: string } };
  url: string;
  planned: number;
  sent: number;
  failed: number;
  left: number;
  delivered: number;
  bounced: number;
  softBounced: number;
  refused: number;
  complained: number;
  opened: number;
  clicked: number;
  unsubscribed: number;
};

/** Returns the digests that an address got. */
export function digestsTo(world: Pick<World, 'mails'>, email: string) {
  return world.mails.filter(({ to, key }) => to === email && key.startsWith('issue/'));
}

/** Sets up two readers of the daily, one for each language, and a story in each language. */
export async function withReaders(options: Parameters<typeof setUp>[0] = {}): Promise<World> {
  const world = await setUp(options);
  await storeReader(world, 'en@reader.example', { language: 'en' });
  await storeReader(world, 'es@reader.example', { language: 'es' });
  await postStory(world, { id: 'ferry', title: 'The ferry returns' });
  await postStory(world, { id: 'transbordador', title: 'Vuelve el transbordador', language: 'es' });
  return world;
}
