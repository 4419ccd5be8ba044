import { expect, it } from 'vitest';
import type { Subscriber } from '../../functions/subscribers/subscriber.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, linkIn, postStory, sendNow } from '../support/newsroom.ts';
import { addReader } from './reader.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

async function readerWithMail(
  choices: Partial<Subscriber> = {},
): Promise<{ world: World; manage: string; leave: string }> {
  const world = await setUp();
  await addReader(world, 'ana@reader.example', choices);
  await postStory(world, choices.language ? { language: choices.language } : {});
  await sendNow(world, 'first');
  const [mail] = digestsTo(world, 'ana@reader.example');
  return {
    world,
    manage: linkIn(mail?.text, '/subscriptions/manage'),
    leave: linkIn(mail?.text, '/unsubscribe'),
  };
}

const editionsOf = async (world: World) => {
  const shards = await Promise.all(
    ['daily', 'weekly'].flatMap((edition) =>
      Array.from({ length: 16 }, async (_, shard) =>
        (await world.services.subscribers.members(edition, shard, undefined, 10)).map((member) => ({
          edition,
          language: member.language,
          topics: member.topics,
        })),
      ),
    ),
  );
  return shards.flat();
};

it('GET /unsubscribe only shows buttons, and POST leaves the edition', async () => {
  const { world, leave } = await readerWithMail({ editions: ['daily', 'weekly'] });
  const page = await world.request(leave);
  expect(page.status).toBe(200);
  expect(page.headers.get('cache-control')).toBe('no-store');
  expect((await editionsOf(world)).map(({ edition }) => edition)).toEqual(['daily', 'weekly']);
  const left = await world.request(leave, { method: 'POST', body: 'scope=edition', headers: FORM });
  expect(left.status).toBe(200);
  expect((await editionsOf(world)).map(({ edition }) => edition)).toEqual(['weekly']);
});

it('POST /unsubscribe with scope=all leaves every edition', async () => {
  const { world, leave } = await readerWithMail({ editions: ['daily', 'weekly'] });
  await world.request(leave, { method: 'POST', body: 'scope=all', headers: FORM });
  expect(await editionsOf(world)).toEqual([]);
});

it.each([
  {
    language: 'en',
    gets: 'You are receiving “First Light”.',
    left: 'You do not get “First Light” any more.',
    none: 'You do not get any newsletter of ours any more.',
  },
  {
    language: 'es',
    gets: 'Usted recibe «Primera luz».',
    left: 'Ya no recibe «Primera luz».',
    none: 'Ya no recibe ningún boletín nuestro.',
  },
])(
  'GET /unsubscribe says what the reader still gets, in $language',
  async ({ language, gets, left, none }) => {
    const { world, leave } = await readerWithMail({ editions: ['daily', 'weekly'], language });
    const page = async () => {
      const text = await (await world.request(leave)).text();
      return { text, buttons: [...text.matchAll(/name="scope" value="(\w+)"/g)].map(([, scope]) => scope) };
    };
    const post = (scope: string) =>
      world.request(leave, { method: 'POST', body: `scope=${scope}`, headers: FORM });
    const before = await page();
    expect(before.text).toContain(gets);
    expect(before.buttons).toEqual(['edition', 'all']);
    for (let times = 0; times < 2; times++) {
      expect((await post('edition')).status).toBe(200);
      const after = await page();
      expect(after.text).toContain(left);
      expect(after.text).not.toContain(gets);
      expect(after.buttons).toEqual(['all']);
    }
    for (let times = 0; times < 2; times++) {
      expect((await post('all')).status).toBe(200);
      const after = await page();
      expect(after.text).toContain(none);
      expect(after.text).not.toContain(gets);
      expect(after.buttons).toEqual([]);
      expect(after.text).toContain(`href="/${language}/subscribe"`);
    }
  },
);

it('one-click unsubscribes without a cookie, a redirect or a page before it, and a second request changes nothing', async () => {
  const { world, leave } = await readerWithMail();
  const answers = [];
  for (let i = 0; i < 2; i++)
    answers.push(
      await world.request(leave, { method: 'POST', body: 'List-Unsubscribe=One-Click', headers: FORM }),
    );
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(await editionsOf(world)).toEqual([]);
});

it('one-click works without a body', async () => {
  const { world, leave } = await readerWithMail();
  expect((await world.request(leave, { method: 'POST' })).status).toBe(200);
  expect(await editionsOf(world)).toEqual([]);
});

it('a forged unsubscribe token changes nothing', async () => {
  const { world, leave } = await readerWithMail();
  const [path, token = ''] = leave.split('?token=');
  for (const forged of [token.slice(0, -1), `x${token}`, token.replace('.', ''), 'a.b', '']) {
    expect(
      (await world.request(`${path}?token=${encodeURIComponent(forged)}`, { method: 'POST' })).status,
    ).toBe(404);
  }
  expect(await editionsOf(world)).toHaveLength(1);
});

it('the preferences page saves language, editions and topics, and the next mail follows them', async () => {
  const { world, manage } = await readerWithMail();
  expect(await (await world.request(manage)).text()).toContain('ana@reader.example');
  const body = new URLSearchParams([
    ['language', 'es'],
    ['editions', 'daily'],
    ['topics', 'culture'],
  ]).toString();
  const saved = await world.request(manage, { method: 'POST', body, headers: FORM });
  expect(saved.status).toBe(200);
  expect(await editionsOf(world)).toEqual([{ edition: 'daily', language: 'es', topics: ['culture'] }]);

  await postStory(world, { language: 'es', section: 'culture', title: 'El mural del muelle' });
  await postStory(world, { language: 'es', section: 'business', title: 'La lonja sube' });
  await sendNow(world, 'second');
  const second = digestsTo(world, 'ana@reader.example')[1];
  expect(second?.text).toContain('El mural del muelle');
  expect(second?.text).not.toContain('La lonja sube');
});

it('a reader who saves the preferences page without an edition leaves all editions', async () => {
  const { world, manage } = await readerWithMail();
  const saved = await world.request(manage, { method: 'POST', body: 'language=en', headers: FORM });
  expect(saved.status).toBe(200);
  expect(await editionsOf(world)).toEqual([]);
});

it('the preferences page refuses choices that it does not offer, and keeps the stored choices', async () => {
  const { world, manage } = await readerWithMail();
  const refused = await world.request(manage, {
    method: 'POST',
    body: 'language=fr&editions=daily',
    headers: FORM,
  });
  expect(refused.status).toBe(422);
  expect(await editionsOf(world)).toEqual([{ edition: 'daily', language: 'en', topics: [] }]);
});
