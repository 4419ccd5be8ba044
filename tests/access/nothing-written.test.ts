import { expect, test } from 'vitest';
import { anArticleInput } from '../support/builders.ts';
import { allItems } from '../support/database.ts';
import { setUp, type World } from '../support/installation.ts';
import { postStory, subscribe } from '../support/newsroom.ts';
import { SECRET, post as webhook } from '../support/webhooks.ts';

type Ask = (world: World, n: number) => Promise<Response>;

const to =
  (method: string, path: string, body?: unknown): Ask =>
  ({ request }, n) =>
    request(path.replace('N', String(n)), { method, ...(body !== undefined && { body }) });
const edit =
  (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Ask =>
  (world) =>
    world.edit(method, path, body, headers);
const guessing =
  (method: string, path: string, body?: unknown): Ask =>
  ({ request }, n) =>
    request(path, { method, body, headers: { authorization: `Bearer bs_guess-${n}` } });

const SIGN_UP = { email: 'ana@reader.example', editions: ['daily'] };
const FAULTY = anArticleInput({ language: 'klingon!' });

const REFUSED: [what: string, ask: Ask, status: number][] = [
  ['a sign-up with faults', to('POST', '/subscriptions', { ...SIGN_UP, email: 'anaN' }), 422],
  ['a sign-up that is not JSON', to('POST', '/subscriptions', '{'), 415],
  ['a request for a link with faults', to('POST', '/subscriptions/link', { email: 'ana' }), 422],
  ['a confirmation with a guessed token', to('POST', '/subscriptions/confirm?token=aN.b', {}), 404],
  ['one click with a guessed token', to('POST', '/unsubscribe?token=aN.b', {}), 404],
  ['a change of preferences with a guessed token', to('POST', '/subscriptions/manage?token=aN.b', {}), 404],
  [
    'a change of address with a guessed token',
    to('POST', '/subscriptions/manage/address?token=aN.b', {}),
    404,
  ],
  [
    'a confirmation of an address with a guessed token',
    to('POST', '/subscriptions/address?token=aN.b', {}),
    404,
  ],
  ['an erasure with a guessed token', to('POST', '/subscriptions/erase?token=aN.b', {}), 404],
  ['a review with a guessed token', to('POST', '/issues/review?token=aN.b', {}), 404],
  [
    'a webhook with a wrong signature',
    (world, n) => webhook(world, {}, { id: `msg_${n}`, secret: 'whsec_YQ==' }),
    401,
  ],
  ['a webhook without a signature', to('POST', '/webhooks/resend', {}), 400],
  ['a request to the hub with faults', to('POST', '/websub', {}), 415],
  ['a guessed token of the API', guessing('POST', '/api/articles', anArticleInput()), 401],
  ['a list of readers with a guessed token', guessing('POST', '/api/subscribers/import', 'email\n'), 401],
  ['an article with faults', edit('POST', '/api/articles', FAULTY), 422],
  [
    'an article with faults and a key',
    edit('POST', '/api/articles', FAULTY, { 'idempotency-key': 'k' }),
    422,
  ],
  ['an article that exists already', edit('POST', '/api/articles', anArticleInput({ id: 'ferry' })), 409],
  [
    'an article on another version',
    edit('PUT', '/api/articles/ferry', anArticleInput(), { 'if-match': '"9"' }),
    412,
  ],
  ['a token with faults', edit('POST', '/api/tokens', { name: 'CMS', scopes: ['everything'] }), 422],
  [
    'a list of readers without consent',
    edit('POST', '/api/subscribers/import', 'email\na@b.example\n', { 'content-type': 'text/csv' }),
    422,
  ],
  ['a proof with faults', edit('POST', '/api/editions/daily/test', { to: [] }), 422],
  ['a feed that does not exist', to('GET', '/tags/tag-N/atom.xml'), 404],
  ['a month of a feed that does not exist', to('GET', '/archive/1999-0N/atom.xml'), 404],
  ['a story that does not exist', to('GET', '/articles/story-N'), 404],
  ['an issue that does not exist', to('GET', '/issues/daily/slot-N'), 404],
  ['a page that does not exist', to('GET', '/page-N'), 404],
];

test('nothing is written for what is refused', async () => {
  const world = await setUp({ config: { resendWebhookSecret: SECRET } });
  await postStory(world, { id: 'ferry' });
  await subscribe(world, 'ana@reader.example');
  await world.queue.drain();
  const before = await allItems(world.table);
  for (const [what, ask, status] of REFUSED) {
    for (const n of [1, 2]) expect([what, (await ask(world, n)).status]).toEqual([what, status]);
    expect([what, await allItems(world.table)]).toEqual([what, before]);
    expect([what, world.queue.waiting()]).toEqual([what, 0]);
  }
});

test('a proof that has nothing to mail is not counted', async () => {
  const world = await setUp();
  const before = await allItems(world.table);
  const answer = await world.edit('POST', '/api/editions/daily/test', { to: ['desk@paper.example'] });
  expect(answer.status).toBe(422);
  expect(await allItems(world.table)).toEqual(before);
});
