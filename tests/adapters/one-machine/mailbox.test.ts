import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { Resend } from 'resend';
import { afterEach, describe, expect, it } from 'vitest';
import { dynamoMailbox } from '../../../functions/adapters/one-machine/dynamo-mailbox.ts';
import { freePort } from '../../../functions/adapters/one-machine/dynoxide.ts';
import { mailboxApi } from '../../../functions/adapters/one-machine/mailbox-api-routes.ts';
import { setUp, type World } from '../../support/installation.ts';
import { startProvider } from '../../support/provider.ts';

let server: { close(): unknown } | undefined;
afterEach(() => void server?.close());

type Server = {
  resend: Resend;
  url: string;
  pass(milliseconds: number): void;
  /** Returns how many mails it has accepted. */
  taken(): Promise<number>;
};

/** Starts the mailbox. Returns the real client, which sends to it over real HTTP. */
async function mailbox(): Promise<Server & { world: World }> {
  const world = await setUp();
  const port = await freePort();
  let ids = 0;
  const app = new Hono().route(
    '/mailbox/api',
    mailboxApi({ store: dynamoMailbox(world.table), clock: world.now, ids: () => `mail-${++ids}` }),
  );
  await new Promise<void>((resolve) => {
    server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => resolve());
  });
  const url = `http://127.0.0.1:${port}/mailbox/api`;
  return {
    resend: new Resend('re_test', { baseUrl: url }),
    world,
    url,
    pass: world.pass,
    taken: async () => ((await (await fetch(`${url}/emails`)).json()) as { data: unknown[] }).data.length,
  };
}

/** Starts the mail provider of the tests. Returns the same as `mailbox`. */
async function provider(): Promise<Server> {
  const started = await startProvider();
  server = { close: () => started.stop() };
  let now = 0;
  const account = started.account(() => now);
  return {
    resend: new Resend(account.newApiKey(), { baseUrl: started.url }),
    url: started.url,
    pass: (milliseconds) => {
      now += milliseconds;
    },
    taken: async () => account.mails.length,
  };
}

const mail = {
  from: 'The Paper <news@paper.example>',
  to: 'ana@reader.example',
  subject: 'Today',
  html: '<head></head><p>Hello</p>',
  text: 'Hello',
  headers: { 'List-Id': '<daily>' },
};

it('the mailbox keeps a mail with its parts and headers, and shows it', async () => {
  const { resend, world, url } = await mailbox();
  const { data } = await resend.emails.send(mail);
  expect(data).toEqual({ id: 'mail-1' });
  const kept = await (await fetch(`${url}/emails/mail-1`)).json();
  expect(kept).toMatchObject({
    object: 'email',
    to: ['ana@reader.example'],
    subject: 'Today',
    html: '<head></head><p>Hello</p>',
    text: 'Hello',
    headers: { 'List-Id': '<daily>' },
  });
  const page = await world.request('/mailbox');
  expect(await page.text()).toContain('Today');
  for (const path of ['/mailbox', '/mailbox/mail-1'])
    for (const [language, time] of [
      ['en', 'Nov 22, 2026, 7:00:00 AM EST'],
      ['es', '22 nov 2026, 7:00:00 GMT-5'],
    ] as const) {
      const shown = await world.request(path, { headers: { 'accept-language': language } });
      expect((await shown.text()).replaceAll('\u202f', ' ')).toContain(
        `<time datetime="2026-11-22T12:00:00.000Z">${time}</time>`,
      );
    }
  expect(await (await world.request('/mailbox/mail-1/html')).text()).toBe(
    '<head><base target="_blank"></head><p>Hello</p>',
  );
  expect((await fetch(`${url}/emails/none`)).status).toBe(404);
});

it('the mailbox takes no more bytes than its mails can have', async () => {
  const { url } = await mailbox();
  const send = (path: string, body: BodyInit, headers = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer re_test', ...headers },
      body,
      ...{ duplex: 'half' },
    });
  const chunk = new Uint8Array(65_536).fill(0x20);
  let taken = 0;
  const endless = new ReadableStream({
    pull(controller) {
      taken += chunk.length;
      controller.enqueue(chunk);
    },
  });
  const answer = await send('/emails', endless);
  expect([answer.status, await answer.json()]).toMatchObject([413, { name: 'validation_error' }]);
  expect(taken).toBeLessThan(10_000_000);
  // The largest batch that there can be: every character of its mails is one that JSON writes as six bytes.
  const text = 'é'.repeat(195_000);
  const mails = Array.from({ length: 2 }, () => ({ ...mail, html: '', text }));
  const largest = JSON.stringify(mails).replace(/é/g, '\\u00e9');
  expect((await send('/emails/batch', largest)).status).toBe(200);
  expect((await send('/emails', largest)).status).toBe(413);
});

/** The two servers were written separately. A sender must not be able to tell them from Resend, or from each other. */
describe.each([
  ['the mailbox', mailbox],
  ['the provider of the tests', provider],
])('%s keeps the rules of Resend’s API', (_, start) => {
  it('accepts a key once, gives the same answer when it is repeated, and refuses it with other bytes', async () => {
    const { resend, taken } = await start();
    const one = await resend.batch.send([mail, { ...mail, to: 'eva@reader.example' }], {
      idempotencyKey: 'k',
    });
    const two = await resend.batch.send([mail, { ...mail, to: 'eva@reader.example' }], {
      idempotencyKey: 'k',
    });
    expect(two.data).toEqual(one.data);
    const other = await resend.batch.send([mail], { idempotencyKey: 'k' });
    expect(other.error).toMatchObject({ name: 'invalid_idempotent_request', statusCode: 409 });
    expect(await taken()).toBe(2);
  });

  it('accepts one of two requests with the same key at the same time', async () => {
    const { resend, taken } = await start();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => resend.batch.send([mail], { idempotencyKey: 'k' })),
    );
    const ids = new Set(answers.flatMap(({ data }) => data?.data.map(({ id }) => id) ?? []));
    expect(ids.size).toBe(1);
    expect(await taken()).toBe(1);
  });

  it('forgets a key after a day', async () => {
    const { resend, pass, taken } = await start();
    await resend.batch.send([mail], { idempotencyKey: 'k' });
    pass(24 * 3600_000 + 1000);
    await resend.batch.send([mail], { idempotencyKey: 'k' });
    expect(await taken()).toBe(2);
  });

  it('refuses more than a hundred mails, and refuses only the wrong mail if validation is permissive', async () => {
    const { resend } = await start();
    const many = await resend.batch.send(Array.from({ length: 101 }, () => mail));
    expect(many.error).toMatchObject({ name: 'validation_error', statusCode: 422 });
    const strict = await resend.batch.send([mail, { ...mail, to: 'nobody' }]);
    expect(strict.error).toMatchObject({ statusCode: 422 });
    const permissive = await resend.batch.send([mail, { ...mail, to: 'nobody' }], {
      batchValidation: 'permissive',
    });
    expect(permissive.data?.data).toHaveLength(1);
    expect(permissive.data?.errors).toEqual([
      { index: 1, message: expect.stringContaining('Invalid `to` field') },
    ]);
  });

  it('needs a key, as Resend does', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/emails`, { method: 'POST', body: JSON.stringify(mail) });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ name: 'missing_api_key' });
  });
});

it('the mailbox lists each of its mails once, page after page, whatever is sent between two pages', async () => {
  const { resend, url, pass } = await mailbox();
  const send = (to: string) => ({ from: 'a@paper.example', to, subject: to, text: to });
  await resend.batch.send([send('one@reader.example'), send('two@reader.example')]);
  pass(1000);
  for (const name of ['three', 'four', 'five']) await resend.emails.send(send(`${name}@reader.example`));
  type Page = { has_more: boolean; data: { id: string; to: string[] }[] };
  const seen: string[] = [];
  let after = '';
  for (let hasMore = true; hasMore; ) {
    const page = (await (await fetch(`${url}/emails?limit=2${after}`)).json()) as Page;
    seen.push(...page.data.map(({ to }) => String(to)));
    after = `&after=${page.data.at(-1)?.id}`;
    hasMore = page.has_more;
    await resend.emails.send(send(`later-${seen.length}@reader.example`));
  }
  expect(seen.toSorted()).toEqual(
    ['one', 'two', 'three', 'four', 'five'].map((name) => `${name}@reader.example`).toSorted(),
  );
});
