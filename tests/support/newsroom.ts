import { domainToASCII } from 'node:url';
import { expect } from 'vitest';
import { setUp, type World } from './installation.ts';

/** What editors and readers do, through the front door, for tests that are about what comes after. */

let stories = 0;

/** Posts a story; returns its id. */
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

/** Signs up, opens the mail, presses its button. Returns the links that the reader then has. */
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

/** The address as the provider is given it. */
function mailedTo(email: string): string {
  const at = email.lastIndexOf('@') + 1;
  return email.slice(0, at) + domainToASCII(email.slice(at));
}

/** Path and query of the first link to `path` in a mail. */
export function linkIn(text: string | undefined, path: string): string {
  const found = new RegExp(`https?://[^\\s"<>]+?(${path}\\?[^\\s"<>]+)`).exec(text ?? '')?.[1];
  if (!found) throw new Error(`no link to ${path} in: ${text}`);
  return found;
}

/** Has an issue of the edition sent now, and everything done that follows. Returns its view. */
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

/** The slots of an edition's issues, the last first. */
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

/** The digests that an address got. */
export function digestsTo(world: Pick<World, 'mails'>, email: string) {
  return world.mails.filter(({ to, key }) => to === email && key.startsWith('issue/'));
}

/** Two readers of the daily, one a language, and a story for each. */
export async function withReaders(options: Parameters<typeof setUp>[0] = {}): Promise<World> {
  const world = await setUp(options);
  await subscribe(world, 'en@reader.example', { language: 'en' });
  await subscribe(world, 'es@reader.example', { language: 'es' });
  await postStory(world, { id: 'ferry', title: 'The ferry returns' });
  await postStory(world, { id: 'transbordador', title: 'Vuelve el transbordador', language: 'es' });
  return world;
}
