import { expect, it } from 'vitest';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { digestOf, HARD, SECRET, tell, told } from '../support/webhooks.ts';
import { addReader, beside, manageLink, postForm } from './reader.ts';

const EN = 'en@reader.example';

/** Returns a world with a reader of each language, and a story for each. */
async function withTwoReaders(options: Parameters<typeof setUp>[0]): Promise<World> {
  const world = await setUp(options);
  for (const language of ['en', 'es']) {
    await addReader(world, `${language}@reader.example`, { language });
    await postStory(world, { language });
  }
  return world;
}

const path = (email: string, why = '') =>
  `/api/suppressions?email=${encodeURIComponent(email)}${why && `&why=${encodeURIComponent(why)}`}`;

it('GET /api/suppressions says why an address is not mailed, and after DELETE it is mailed again', async () => {
  const world = await withTwoReaders({ config: { resendWebhookSecret: SECRET } });
  await sendNow(world, 'morning');
  await tell(world, told(world, digestOf(world, EN), 'complained'));
  const at = new Date(world.now()).toISOString();
  const seen = await world.edit('GET', path('EN@Reader.example'));
  expect(await seen.json()).toEqual({
    email: 'EN@reader.example',
    suppression: { reason: 'complained', at },
  });
  expect((await world.edit('DELETE', path(EN, 'She has written that it was a slip.'))).status).toBe(204);
  expect(world.log.lines.at(-1)).toMatchObject({
    message: 'a suppression was lifted',
    fields: { reason: 'complained', by: 'owner', why: 'She has written that it was a slip.' },
  });
  expect(await (await world.edit('GET', path(EN))).json()).toEqual({ email: EN, suppression: null });
  world.pass(3600_000);
  await postStory(world);
  // One complaint from one of two readers has stopped the edition as well.
  expect((await world.edit('POST', '/api/editions/daily/resume')).status).toBe(200);
  await sendNow(world, 'noon');
  expect(digestsTo(world, EN)).toHaveLength(2);
});

it('DELETE /api/suppressions needs a reason, and an address that is suppressed and was not erased', async () => {
  const world = await setUp();
  const { subscribers } = world.services;
  const at = '2026-11-01T00:00:00.000Z';
  await subscribers.suppress(addressHash(EN), { reason: 'bounced', at });
  await subscribers.suppress(addressHash('gone@reader.example'), { reason: 'erased', at });
  const status = async (where: string) => (await world.edit('DELETE', where)).status;
  expect(await status(path(EN))).toBe(400);
  expect(await status(path('nobody@reader.example', 'x'))).toBe(404);
  expect(await status(path('gone@reader.example', 'x'))).toBe(409);
  expect(await status('/api/suppressions?why=x')).toBe(400);
  expect((await world.edit('GET', path(EN))).status).toBe(200);
  expect(await (await world.edit('GET', path(EN))).json()).toMatchObject({
    suppression: { reason: 'bounced' },
  });
});

it.each(['before', 'after'])(
  'the erasure stays when a bounce from %s it is lifted, and no import brings the reader back',
  async (when) => {
    const world = await withTwoReaders({ config: { resendWebhookSecret: SECRET } });
    const manage = await manageLink(world, EN);
    await sendNow(world, 'morning');
    const bounce = async () => {
      world.pass(60_000);
      await tell(world, told(world, digestOf(world, EN), 'bounced', HARD));
    };
    if (when === 'before') await bounce();
    world.pass(60_000);
    const erasedAt = new Date(world.now()).toISOString();
    await world.request(beside(manage, '/subscriptions/erase'), { method: 'POST' });
    if (when === 'after') await bounce();
    const suppression = async () =>
      ((await (await world.edit('GET', path(EN))).json()) as { suppression: object | null }).suppression;
    expect(await suppression()).toMatchObject({ reason: 'bounced' });
    expect((await world.edit('DELETE', path(EN, 'The mailbox works again.'))).status).toBe(204);
    expect(await suppression()).toEqual({ reason: 'erased', at: erasedAt, erasedAt });
    const list = `email,editions\n${EN},daily\n`;
    const type = { 'content-type': 'text/csv' };
    const imported = await world.edit('POST', '/api/subscribers/import?consent=By+post', list, type);
    expect(await imported.text()).toContain('the reader had their data erased');
    // The reader can still come back by themself.
    await subscribe(world, EN);
    expect(await suppression()).toBeNull();
  },
);

const CAUSES: [
  type: string,
  data: Record<string, unknown>,
  words: Record<string, [why: string, way: string]>,
][] = [
  [
    'bounced',
    HARD,
    {
      en: ['Our mail to it came back.', '<a href="/en/subscribe">'],
      es: ['Nuestros correos vinieron devueltos.', '<a href="/es/subscribe">'],
    },
  ],
  [
    'complained',
    {},
    {
      en: ['has reported our mail as unwanted.', '<a href="mailto:desk@lakesidecourier.example"'],
      es: ['marcó nuestro correo como no deseado.', '<a href="mailto:desk@lakesidecourier.example"'],
    },
  ],
  [
    'suppressed',
    { suppressed: { message: 'on the list' } },
    {
      en: ['takes none for it.', '<a href="mailto:desk@lakesidecourier.example"'],
      es: ['no admite ninguno para ella.', '<a href="mailto:desk@lakesidecourier.example"'],
    },
  ],
];
it.each(CAUSES)(
  'after email.%s the preferences say that nothing is sent, why, and what to do',
  async (...cause) => {
    const [type, data, words] = cause;
    const world = await withTwoReaders({ config: { resendWebhookSecret: SECRET } });
    await sendNow(world, 'morning');
    for (const [language, title] of [
      ['en', 'No mail is sent to this address.'],
      ['es', 'No se envía ningún correo a esta dirección.'],
    ] as const) {
      const mail = digestOf(world, `${language}@reader.example`);
      const manage = linkIn(mail.text, '/subscriptions/manage');
      const page = async () => (await world.request(manage)).text();
      expect(await page()).not.toContain(title);
      await tell(world, told(world, mail, type, data));
      for (const each of [title, ...(words[language] ?? [])]) expect(await page()).toContain(each);
      // The page also says so after choices are saved, which are kept for later.
      expect(await (await postForm(world, manage, { 'editions[]': 'daily', language })).text()).toContain(
        title,
      );
    }
  },
);

it('a reader whose address bounced comes back in the way that the preferences tell them', async () => {
  const world = await withTwoReaders({ config: { resendWebhookSecret: SECRET } });
  const manage = await manageLink(world, EN);
  await sendNow(world, 'morning');
  await tell(world, told(world, digestOf(world, EN), 'bounced', HARD));
  world.pass(60_000);
  await subscribe(world, EN);
  expect(await (await world.request(manage)).text()).not.toContain('No mail is sent to this address.');
  world.pass(3600_000);
  await postStory(world);
  await sendNow(world, 'noon');
  expect(digestsTo(world, EN)).toHaveLength(2);
});

it('only tokens with a scope for readers can see and lift suppressions', async () => {
  const world = await setUp();
  const made = await world.edit('POST', '/api/tokens', { name: 'reads', scopes: ['subscribers:read'] });
  const { token } = (await made.json()) as { token: string };
  const ask = (method: string, bearer: string) =>
    world.request(path(EN, method === 'DELETE' ? 'x' : ''), {
      method,
      headers: { authorization: `Bearer ${bearer}` },
    });
  expect((await ask('GET', token)).status).toBe(200);
  expect((await ask('DELETE', token)).status).toBe(403);
  expect((await ask('GET', 'none')).status).toBe(401);
});
