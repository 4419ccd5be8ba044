import { beforeEach, describe, expect, test } from 'vitest';
import type { Proof } from '../../functions/newsletter/previews.ts';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { sendIssue } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';

const HOUR = 3_600_000;
const DESK = 'desk@paper.example';

let world: World;
beforeEach(async () => {
  world = await setUp();
});

const ask = (on: World, body: unknown, headers: Record<string, string> = {}, edition = 'daily') =>
  on.edit('POST', `/api/editions/${edition}/test`, body, headers);
async function asked(body: unknown, headers?: Record<string, string>): Promise<Proof> {
  const answer = await ask(world, body, headers);
  expect(answer.status, await answer.clone().text()).toBe(202);
  await world.queue.drain();
  return (await answer.json()) as Proof;
}
const testsTo = (address: string) =>
  world.mails.filter(
    ({ to, tags }) => to === address && tags.some((tag) => tag.name === 'kind' && tag.value === 'proof'),
  );

describe('POST /api/editions/{id}/test', () => {
  test('mails the preview, marked as a test in its subject and at its top', async () => {
    await postStory(world, { id: 'ferry', title: 'The ferry returns' });
    const answer = await asked({ to: [DESK, 'Ana@Paper.example'] });
    expect(answer).toMatchObject({
      subject: '[Test] The ferry returns',
      to: [DESK, 'Ana@paper.example'],
      suppressed: [],
      storyIds: ['ferry'],
    });
    expect(answer.warnings).toEqual([{ pointer: '/storyIds/0', detail: '"ferry" leads without a photo' }]);
    for (const address of answer.to) {
      const [mail, ...more] = testsTo(address);
      expect(more).toEqual([]);
      expect(mail?.subject).toBe('[Test] The ferry returns');
      expect(mail?.from).toBe('The Lakeside Courier <first-light@lakesidecourier.example>');
      const notice = 'This is a test for the newsroom.';
      expect(mail?.text.startsWith(notice)).toBe(true);
      const { html = '' } = mail ?? {};
      expect(html.indexOf(notice)).toBeGreaterThan(0);
      expect(html.indexOf(notice)).toBeLessThan(html.indexOf('<h1'));
      expect(html).toContain('/articles/ferry');
    }
  });

  test('mails a proof with which nobody can unsubscribe a reader', async () => {
    await storeReader(world, 'en@reader.example');
    await postStory(world);
    await asked({ to: ['en@reader.example'] });
    const [mail] = testsTo('en@reader.example');
    expect(mail?.headers).toEqual({});
    expect(`${mail?.html}${mail?.text}`).not.toMatch(/token=|%%/);
    const link = new URL(/https:\S+\/unsubscribe/.exec(mail?.text ?? '')?.[0] ?? '').pathname;
    expect(
      (
        await world.request(link, {
          method: 'POST',
          body: 'List-Unsubscribe=One-Click',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
    ).not.toBe(200);
    expect(await sendIssue(world)).toHaveLength(1);
  });

  test('uses up no story, makes no issue and mails no reader', async () => {
    await storeReader(world, 'en@reader.example');
    await postStory(world, { id: 'ferry' });
    await asked({ to: [DESK] });
    const list = (await (await world.edit('GET', '/api/editions/daily/issues')).json()) as {
      issues: unknown[];
    };
    expect(list.issues).toEqual([]);
    expect(await sendIssue(world)).toEqual(['ferry']);
    expect(testsTo('en@reader.example')).toEqual([]);
  });

  test('mails the stories that the request names, in the language that it names', async () => {
    await postStory(world, { id: 'puerto', language: 'es', title: 'El puerto' });
    await postStory(world, { id: 'draft', language: 'es', title: 'El borrador', status: 'draft' });
    const answer = await asked({ to: [DESK], language: 'es', storyIds: ['draft', 'puerto'] });
    expect(answer).toMatchObject({ storyIds: ['draft', 'puerto'] });
    expect(testsTo(DESK)[0]).toMatchObject({
      subject: '[Prueba] El borrador',
      text: expect.stringMatching(/^Esto es una prueba para la redacción\./),
    });
  });

  test('mails one proof for the same Idempotency-Key, and repeats the answer', async () => {
    await postStory(world, { id: 'ferry' });
    const key = { 'idempotency-key': 'desk-1' };
    const first = await asked({ to: [DESK] }, key);
    await postStory(world, { id: 'later' });
    expect(await asked({ to: [DESK] }, key)).toEqual(first);
    expect(testsTo(DESK)).toHaveLength(1);
    const other = await ask(world, { to: ['other@paper.example'] }, key);
    expect(other.status).toBe(422);
    expect(await other.text()).toContain('another body');
    await asked({ to: [DESK] }, { 'idempotency-key': 'desk-2' });
    expect(testsTo(DESK)).toHaveLength(2);
    world.pass(25 * HOUR);
    await asked({ to: ['other@paper.example'] }, key);
    expect(testsTo('other@paper.example')).toHaveLength(1);
  });

  test('mails another proof for a key that comes again after a day, even if the first proof was mailed late', async () => {
    await postStory(world);
    const key = { 'idempotency-key': 'desk' };
    const lossy = await setUp({ sharing: world, faults: { lose: () => true } });
    await ask(lossy, { to: [DESK] }, key);
    world.pass(HOUR);
    await world.sweep();
    await world.queue.drain();
    expect(testsTo(DESK)).toHaveLength(1);
    world.pass(23 * HOUR + 1000);
    await asked({ to: [DESK], topics: ['harbour'] }, key);
    expect(testsTo(DESK)).toHaveLength(2);
  });

  test('mails one proof if three requests with the same key come at once', async () => {
    await postStory(world);
    const key = { 'idempotency-key': 'double' };
    const answers = await Promise.all([1, 2, 3].map(() => ask(world, { to: [DESK] }, key)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    await world.queue.drain();
    expect(testsTo(DESK)).toHaveLength(1);
  });

  test('mails a proof once: the sweep finds it if its message is lost, and repeats the same bytes and key if the answer is lost', async () => {
    await postStory(world, { id: 'ferry', title: 'First words' });
    let dropped = 0;
    const faulty = await setUp({
      sharing: world,
      confirmations: () => (dropped++ === 0 ? { taken: true, answer: 'drop' } : undefined),
    });
    const lossy = await setUp({ sharing: world, faults: { lose: () => true } });
    expect((await ask(lossy, { to: [DESK] })).status).toBe(202);
    await world.edit('PATCH', '/api/articles/ferry', { title: 'Other words' });
    for (let minute = 0; minute < 3; minute++) {
      faulty.pass(60_000);
      await faulty.sweep();
      await faulty.queue.drain();
    }
    const requests = world.account.requests.filter(({ key }) => key.startsWith('proof/'));
    expect(requests.map(({ status }) => status)).toEqual([undefined, 200]);
    expect(requests[1]).toMatchObject({ key: requests[0]?.key, hash: requests[0]?.hash });
    expect(testsTo(DESK)[0]?.subject).toBe('[Test] First words');
    expect(testsTo(DESK)).toHaveLength(1);
  });

  test('leaves out suppressed addresses, and names them in the answer', async () => {
    await postStory(world);
    await world.services.subscribers.suppress(addressHash('gone@paper.example'), {
      reason: 'bounced',
      at: '2026-11-20T00:00:00.000Z',
    });
    const answer = await asked({ to: ['gone@paper.example', DESK] });
    expect(answer).toMatchObject({
      to: [DESK],
      suppressed: [{ email: 'gone@paper.example', reason: 'bounced' }],
    });
    expect(testsTo('gone@paper.example')).toEqual([]);
    expect(testsTo(DESK)).toHaveLength(1);
    const none = await ask(world, { to: ['gone@paper.example'] });
    expect(none.status).toBe(422);
    expect(((await none.json()) as { errors: unknown[] }).errors).toEqual([
      {
        pointer: '/to/0',
        detail: 'must be an address that may be mailed to: this one is suppressed (bounced)',
      },
    ]);
  });

  test('mails thirty proofs an hour for each token, and does not count repeated requests', async () => {
    await postStory(world);
    const key = { 'idempotency-key': 'first' };
    for (let n = 0; n < 30; n++) await asked({ to: [DESK] }, n === 0 ? key : undefined);
    const more = await ask(world, { to: [DESK] });
    expect([more.status, more.headers.get('retry-after')]).toEqual([429, '3600']);
    await asked({ to: [DESK] }, key);
    expect(testsTo(DESK)).toHaveLength(30);
    world.pass(HOUR + 1000);
    await asked({ to: [DESK] });
  });
});

describe('a request for a proof is refused for', () => {
  const many = Array.from({ length: 21 }, (_, n) => `desk${n}@paper.example`);
  test.each([
    ['a body without addresses', {}, ['/to must be a list of 1 to 20 mail addresses']],
    ['an empty list of addresses', { to: [] }, ['/to must have at least one mail address']],
    ['more than twenty addresses', { to: many }, ['/to must have at most 20 mail addresses']],
    [
      'everything in the list that is not a mail address',
      { to: ['desk', DESK, 'a@b', 7, 'x@paper.example\r\nBcc: y@paper.example'] },
      [
        '/to/0 must be a mail address, such as ana@paper.example',
        '/to/2 must be a mail address, such as ana@paper.example',
        '/to/3 must be a string',
        '/to/4 must be a mail address, such as ana@paper.example',
      ],
    ],
    ['a repeated address', { to: [DESK, 'Desk@paper.example'] }, ['/to/1 repeats number 1 of the list']],
    ['an unknown language', { to: [DESK], language: 'fr' }, ['/language must be one of en, es']],
    [
      'several faults, with one answer for all of them',
      { to: ['desk'], language: 'fr', topics: ['sport'], storyIds: [] },
      [
        '/to/0 must be a mail address, such as ana@paper.example',
        '/language must be one of en, es',
        '/topics/0 must be one of politics, harbour, neighbourhoods, culture, business',
        '/storyIds must name a story, or be absent',
      ],
    ],
    ['an unknown field', { to: [DESK], cc: [DESK] }, ['/cc is not a field here']],
  ])('%s', async (_, body, faults) => {
    const answer = await ask(world, body);
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: { pointer: string; detail: string }[] };
    expect(errors.map(({ pointer, detail }) => `${pointer} ${detail}`)).toEqual(faults);
  });

  test('having no story to show', async () => {
    const answer = await ask(world, { to: [DESK] });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('leaves nothing to mail (0 new stories since');
  });

  test('a token that may only read, an invalid key, an unknown edition, and another method', async () => {
    const made = await world.edit('POST', '/api/tokens', { name: 'CMS', scopes: ['editions:read'] });
    const { token } = (await made.json()) as { token: string };
    expect((await ask(world, { to: [DESK] }, { authorization: `Bearer ${token}` })).status).toBe(403);
    expect((await ask(world, { to: [DESK] }, { 'idempotency-key': 'with space' })).status).toBe(400);
    expect((await ask(world, { to: [DESK] }, {}, 'gone')).status).toBe(404);
    expect((await world.edit('GET', '/api/editions/daily/test')).status).toBe(405);
  });
});
