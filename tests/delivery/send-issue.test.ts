import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { frozenKey, issueKey } from '../../functions/adapters/dynamo/dynamo-keys.ts';
import { withEditions } from '../support/editions.ts';
import { setUp } from '../support/installation.ts';
import { digestsTo, issue, postStory, sendNow, withReaders } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';

describe('POST /api/editions/{id}/issues', () => {
  it('sends each reader one mail in their language, however often the request is repeated with the same key', async () => {
    const world = await withReaders();
    const first = await sendNow(world, 'morning');
    const again = await sendNow(world, 'morning');
    expect(again.id).toBe(first.id);
    expect(first).toMatchObject({ state: 'sent', planned: 2, sent: 2, failed: 0, left: 0 });
    const [english, ...more] = digestsTo(world, 'en@reader.example');
    const [spanish, ...otros] = digestsTo(world, 'es@reader.example');
    expect([more, otros]).toEqual([[], []]);
    expect(english?.text).toContain('The ferry returns');
    expect(english?.text).not.toContain('transbordador');
    expect(spanish?.text).toContain('Vuelve el transbordador');
  });

  it('gives the same issue for the same slot', async () => {
    const world = await withReaders();
    const post = () => world.edit('POST', '/api/editions/daily/issues', { slot: '2026-11-22-0730' });
    const [one, two] = [await post(), await post()];
    expect([one.status, two.status]).toEqual([202, 202]);
    await world.queue.drain();
    expect(one.headers.get('location')).toBe('https://paper.example/api/issues/daily.2026-11-22-0730');
    expect(digestsTo(world, 'en@reader.example')).toHaveLength(1);
  });

  it('sends mails with a header to unsubscribe with one click, a stable list id, and the sender of the settings', async () => {
    const world = await withReaders();
    await sendNow(world, 'morning');
    const [mail] = digestsTo(world, 'en@reader.example');
    const [edition] = world.config.publication.editions;
    expect(mail?.headers).toEqual({
      'List-Unsubscribe': expect.stringMatching(
        /^<https:\/\/paper\.example\/unsubscribe\?token=[\w-]+\.[\w-]+>$/,
      ),
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'List-Id': '<daily.lakesidecourier.example>',
    });
    expect(mail).toMatchObject({ from: edition?.from, replyTo: edition?.replyTo });
    for (const part of [mail?.html, mail?.text]) {
      expect(part).not.toMatch(/%%|\{\{|\{%/);
      expect(part).toContain('/unsubscribe?token=');
      expect(part).toContain('/subscriptions/manage?token=');
    }
  });

  it('lets no line end from a headline into a header', async () => {
    const world = await setUp();
    await storeReader(world, 'en@reader.example');
    await postStory(world, { title: 'Ferry\r\nBcc: everybody@reader.example' });
    await sendNow(world, 'morning');
    const [mail] = digestsTo(world, 'en@reader.example');
    expect(mail?.subject).not.toMatch(/[\r\n]/);
    expect(Object.values(mail?.headers ?? {}).join('')).not.toMatch(/[\r\n]/);
  });

  it('skips the issue when nothing is new, and shows the reason', async () => {
    const world = await withReaders();
    await sendNow(world, 'morning');
    world.pass(3600_000);
    const skipped = await sendNow(world, 'noon');
    expect(skipped.state).toBe('skipped');
    expect(skipped.reason).toMatch(/^0 new stories since .*; the edition wants at least 1$/);
    expect(world.mails.filter(({ key }) => key.startsWith('issue/'))).toHaveLength(2);
  });

  it('sends each story in at most one issue, and a story that is dated back a day in the next issue', async () => {
    const world = await withReaders();
    await sendNow(world, 'one');
    world.pass(24 * 3600_000);
    await postStory(world, { id: 'late', title: 'Came in late', publishedAt: '2026-11-22T00:00:00Z' });
    await world.edit('PATCH', '/api/articles/ferry', { title: 'The ferry returns at last' });
    await sendNow(world, 'two');
    const [, second] = digestsTo(world, 'en@reader.example');
    expect(second?.text).toContain('Came in late');
    expect(second?.text).not.toContain('The ferry returns');
  });

  it('leaves out a story under embargo until its time comes, and a retracted story', async () => {
    const world = await withReaders();
    await postStory(world, { id: 'budget', title: 'The budget', publishedAt: '2026-11-23T06:00:00Z' });
    await postStory(world, { id: 'mistake', title: 'A mistake' });
    await world.edit('DELETE', '/api/articles/mistake');
    await sendNow(world, 'one');
    world.pass(24 * 3600_000);
    await sendNow(world, 'two');
    const [first, second] = digestsTo(world, 'en@reader.example');
    expect(first?.text).not.toMatch(/The budget|A mistake/);
    expect(second?.text).toContain('The budget');
  });

  it('logs a warning if the schedule will come to the same slot later, and so will find it taken', async () => {
    const world = await setUp();
    await storeReader(world, 'ana@reader.example');
    await postStory(world);
    const warnings = async (slot: string) => {
      await world.edit('POST', '/api/editions/daily/issues', { slot });
      return world.log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields?.issue);
    };
    for (const slot of ['noon', '2026-11-21-0730', '2026-12-24-0731']) await warnings(slot);
    expect(await warnings('2026-12-24-0730')).toEqual(['daily.2026-12-24-0730']);
    world.pass(1000);
    expect(await warnings('2026-12-24-0730')).toEqual(['daily.2026-12-24-0730']);
  });

  it('refuses an unknown edition, a bad slot or key, and a request without a token', async () => {
    const world = await setUp();
    expect((await world.edit('POST', '/api/editions/monthly/issues')).status).toBe(404);
    const rule = 'must be 1 to 64 lower-case letters, digits and hyphens, such as 2026-11-22-0730';
    for (const [body, pointer, detail] of [
      ['{"slot":"A B"}', '/slot', rule],
      ['{"slot":7}', '/slot', rule],
      ['{"slot":null}', '/slot', rule],
      ['{"slott":"x"}', '/slott', 'is not a field here'],
      ['[]', '', 'must be an object'],
      ['null', '', 'must be an object'],
      ['"x"', '', 'must be an object'],
    ] as const) {
      const answer = await world.edit('POST', '/api/editions/daily/issues', body);
      expect(answer.status, body).toBe(422);
      expect(await answer.json()).toMatchObject({ errors: [{ pointer, detail }] });
    }
    const broken = await world.edit('POST', '/api/editions/daily/issues', '{"slot":');
    expect(broken.status).toBe(400);
    expect(await broken.text()).toContain('The body is not JSON: ');
    for (const key of ['', 'a b', 'x'.repeat(256)]) {
      const refused = await world.edit('POST', '/api/editions/daily/issues', undefined, {
        'idempotency-key': key,
      });
      expect(refused.status).toBe(400);
      expect(await refused.text()).toContain('Idempotency-Key must be 1 to 255 printable ASCII characters');
    }
    expect((await world.request('/api/editions/daily/issues', { method: 'POST' })).status).toBe(401);
  });
});

describe('the web version of an issue', () => {
  it('shows the mail without the links of any reader', async () => {
    const world = await withReaders();
    const { url } = await sendNow(world, 'morning');
    const page = await world.request(new URL(url).pathname, { headers: { 'accept-language': 'es' } });
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('Vuelve el transbordador');
    expect(html).not.toMatch(/token=|%%/);
    expect(await (await world.request('/issues')).text()).toContain(new URL(url).pathname);
  });

  it('lists all stories of the issue at the “more” link of the mail, except for stories that were retracted since', async () => {
    const world = await withReaders();
    await postStory(world, { id: 'mistake', title: 'A mistake' });
    const { url } = await sendNow(world, 'morning');
    await world.edit('DELETE', '/api/articles/mistake');
    const page = await world.request(`${new URL(url).pathname}?stories=all`);
    const html = await page.text();
    expect(html).toContain('The ferry returns');
    expect(html).not.toContain('/articles/mistake');
  });
});

it('an issue at which the sweep fails holds up no other issue', async () => {
  const config = withEditions({ id: 'broken' }, { id: 'daily' });
  const world = await setUp({ config, faults: { lose: ({ kind }) => kind === 'plan' } });
  await storeReader(world, 'ana@reader.example', { editions: ['daily'] });
  await postStory(world);
  const broken = await sendNow(world, 'broken', 'broken');
  const whole = await sendNow(world, 'whole', 'daily');
  const other = await setUp({ config, sharing: world });
  const { pk } = issueKey(broken.edition, broken.slot);
  other.table.client.middlewareStack.add(
    (next) => (args) => {
      if (JSON.stringify(args.input).includes(pk)) throw new Error('the partition does not answer');
      return next(args);
    },
    { step: 'initialize', name: 'no answer' },
  );
  other.pass(60_000);
  await other.sweep();
  await other.queue.drain();
  expect(await issue(other, whole.id)).toMatchObject({ state: 'sent', sent: 1 });
  expect(other.log.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields)).toEqual([
    { issue: broken.id, error: expect.any(Error) },
  ]);
});

it('an issue that an older version froze without compressing it is sent completely', async () => {
  const world = await setUp({ faults: { lose: ({ kind }) => kind === 'plan' } });
  await storeReader(world, 'ana@reader.example');
  await postStory(world);
  const { id, edition, slot, url } = await sendNow(world, 'before');
  const Item = { ...frozenKey(edition, slot), ...(await world.services.issues.frozen({ edition, slot })) };
  await world.table.client.send(new PutCommand({ TableName: world.table.name, Item }));
  const other = await setUp({ sharing: world });
  other.pass(60_000);
  await other.sweep();
  await other.queue.drain();
  expect(await issue(other, id)).toMatchObject({ state: 'sent', sent: 1 });
  expect((await other.request(new URL(url).pathname)).status).toBe(200);
});
