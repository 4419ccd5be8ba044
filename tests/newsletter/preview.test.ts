import { beforeEach, describe, expect, test } from 'vitest';
import type { Preview } from '../../functions/newsletter/previews.ts';
import { sendIssue, withEditions } from '../support/editions.ts';
import { OWNER_TOKEN, setUp, type World } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';
import { SHIPPED_TEMPLATES } from '../support/templates.ts';

let world: World;
beforeEach(async () => {
  world = await setUp();
});

const ask = (body?: unknown, headers: Record<string, string> = {}, edition = 'daily') =>
  world.edit('POST', `/api/editions/${edition}/preview`, body, headers);
async function preview(body?: unknown, edition = 'daily'): Promise<Preview> {
  const answer = await ask(body, {}, edition);
  expect(answer.status, await answer.clone().text()).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return (await answer.json()) as Preview;
}
const photo = { url: 'https://images.example/a.jpg', alt: 'A ferry', width: 1200, height: 800 };

describe('POST /api/editions/{id}/preview', () => {
  test('answers with what an issue would have now, and uses up no story', async () => {
    await storeReader(world, 'en@reader.example');
    await postStory(world, { id: 'old' });
    expect(await sendIssue(world)).toEqual(['old']);
    world.pass(1000);
    await postStory(world, {
      id: 'ferry',
      title: 'The ferry returns',
      summary: 'After two years.',
      image: photo,
    });
    world.pass(1000);
    await postStory(world, { id: 'lead', title: 'The lead', featured: true, image: photo });
    const mails = world.mails.length;
    const first = await preview();
    expect(first).toMatchObject({
      edition: 'daily',
      language: 'en',
      topics: [],
      subject: 'The lead',
      storyIds: ['lead', 'ferry'],
      mostRecent: [],
      leftOut: [],
      warnings: [],
    });
    expect(first.skipped).toBeUndefined();
    expect(first.html).toMatch(/^<!doctype html>/i);
    expect(first.html).toContain('The ferry returns');
    expect(first.html).toContain(first.preheader);
    expect(first.text).toContain('https://paper.example/articles/ferry\n');
    expect(first.size).toBeGreaterThan(Buffer.byteLength(first.html ?? ''));
    expect(first.size).toBeLessThan(95_000);
    expect(await preview()).toEqual(first);
    await world.queue.drain();
    expect(world.mails).toHaveLength(mails);
    const list = (await (await world.edit('GET', '/api/editions/daily/issues')).json()) as {
      issues: unknown[];
    };
    expect(list.issues).toHaveLength(1);
    expect(await sendIssue(world)).toEqual(['lead', 'ferry']);
  });

  test('answers with the mail that readers then get, except for their personal links', async () => {
    await storeReader(world, 'en@reader.example');
    for (const id of ['one', 'two', 'three']) await postStory(world, { id });
    const { subject, html, text } = await preview();
    await sendIssue(world);
    const mail = world.mails.at(-1);
    const impersonal = (part = '') =>
      part.replace(/\?token=[\w.-]+/g, '').replace(/\/issues\/[\w/?=&-]+/g, '/issues');
    expect(mail?.subject).toBe(subject);
    expect(impersonal(mail?.html)).toBe(html);
    expect(impersonal(mail?.text)).toBe(text);
  });

  test('gives no token with which somebody could unsubscribe a reader', async () => {
    await postStory(world);
    const { html, text } = await preview();
    for (const part of [html, text]) {
      expect(part).not.toMatch(/token=|%%/);
      expect(part).toContain('https://paper.example/unsubscribe');
      expect(part).toContain('https://paper.example/subscriptions/manage');
    }
  });

  test('shows the mail for the language and the topics in the request', async () => {
    await postStory(world, { id: 'puerto', language: 'es', section: 'harbour' });
    await postStory(world, { id: 'cultura', language: 'es', section: 'culture' });
    await postStory(world, { id: 'harbour' });
    const spanish = await preview({ language: 'es', topics: ['culture'] });
    expect(spanish).toMatchObject({ language: 'es', topics: ['culture'], storyIds: ['cultura'] });
    expect(spanish.html).toContain('lang="es"');
    const none = await preview({ topics: ['business'] });
    expect(none).toMatchObject({ subject: null, html: null, text: null, storyIds: [], size: 0 });
    expect(none.warnings).toEqual([
      { detail: 'no story is for readers of "en" who chose business: they get no mail' },
    ]);
  });

  test('says why the issue would be skipped, and shows the stories that there are', async () => {
    expect((await preview()).skipped).toMatch(/^0 new stories since .*; the edition wants at least 1$/);
    await postStory(world, { id: 'opera', section: 'culture' });
    const weekly = await preview({}, 'weekly');
    expect(weekly.skipped).toMatch(/^1 new story since .*; the edition wants at least 3$/);
    expect(weekly.storyIds).toEqual(['opera']);
    expect(weekly.html).toContain('</html>');
  });

  test('shows the stories that the request names in that order, and also drafts', async () => {
    await postStory(world, { id: 'public', image: photo });
    await postStory(world, { id: 'draft', status: 'draft', image: photo });
    await postStory(world, { id: 'spanish', language: 'es' });
    const named = await preview({ storyIds: ['draft', 'spanish', 'public'] });
    expect(named.storyIds).toEqual(['draft', 'public']);
    expect(named.skipped).toBeUndefined();
    expect(named.warnings).toEqual([
      { detail: '"spanish" is in "es", and not in this mail' },
      { pointer: '/storyIds/0', detail: '"draft" is not public yet: an issue would not have it now' },
    ]);
  });

  test('answers a request that prefers HTML with the mail itself', async () => {
    await postStory(world, { title: 'The ferry returns' });
    const { html } = await preview();
    for (const accept of ['text/html', 'text/html,application/xhtml+xml,*/*;q=0.8']) {
      const answer = await ask({}, { accept });
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(answer.headers.get('content-security-policy')).toContain('sandbox');
      expect(await answer.text()).toBe(html);
    }
    for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5'])
      expect((await ask({}, { accept })).headers.get('content-type')).toContain('application/json');
    const none = await ask({ topics: ['business'] }, { accept: 'text/html' });
    expect(none.status).toBe(404);
    expect(((await none.json()) as { detail: string }).detail).toBe(
      'There is no mail to be shown: no story is for readers of "en" who chose business: they get no mail.',
    );
  });
});

describe('a preview warns about', () => {
  const warnings = async (fields: Record<string, unknown>, language = 'en') => {
    await postStory(world, { id: 'story', image: photo, language, ...fields });
    return (await preview({ language })).warnings;
  };

  test.each([
    ['a lead without a photo', { image: null }, '/storyIds/0', '"story" leads without a photo'],
    [
      'a photo without an alt text',
      { image: { ...photo, alt: '' } },
      '/storyIds/0',
      '"story" has a photo without alt',
    ],
    [
      'a photo over http',
      { image: { ...photo, url: 'http://images.example/a.jpg' } },
      '/storyIds/0',
      '"story" is shown without its photo: mail programs take only https',
    ],
    [
      'a story whose address is too long',
      { url: `https://paper.example/${"'".repeat(1000)}` },
      '/storyIds/0',
      '"story" has an address that is too long for a mail',
    ],
    [
      'a subject too long for a phone',
      { title: 'word '.repeat(13).trim() },
      '/subject',
      'has 64 characters; a phone shows about 60',
    ],
    [
      'a subject that is cut',
      { title: 'word '.repeat(40).trim() },
      '/subject',
      'has 199 characters, and is cut after 150',
    ],
  ])('%s', async (_, fields, pointer, detail) => {
    const found = await warnings(fields);
    expect(found).toEqual([{ pointer, detail: expect.stringContaining(detail) }]);
  });

  test('a story without a summary, and about the preheader if this story is the lead', async () => {
    const found = await warnings({ summary: undefined });
    expect(found).toEqual([
      { pointer: '/preheader', detail: expect.stringContaining('because the first story has no summary') },
      { pointer: '/storyIds/0', detail: '"story" has no summary: the mail shows how its text begins' },
    ]);
  });

  test('no missing preheader if the settings of the edition have one', async () => {
    const preheader = { en: 'What {publication} has for you', es: 'Lo de hoy' };
    world = await setUp({ config: withEditions({ preheader }) });
    const found = await warnings({ summary: undefined });
    expect(found.map(({ pointer }) => pointer)).toEqual(['/storyIds/0']);
  });

  test('stories that a full issue leaves out, and stories for which the HTML has no room', async () => {
    world = await setUp({
      templates: SHIPPED_TEMPLATES,
      config: withEditions({ stories: { min: 1, max: 30, mostRecent: 1 } }),
    });
    for (let n = 0; n < 32; n++) {
      world.pass(1000);
      await postStory(world, {
        id: `n${n}`,
        image: photo,
        url: `https://paper.example/${n}?${'a'.repeat(1900)}`,
      });
    }
    const full = await preview();
    expect(full.storyIds).toHaveLength(30);
    expect(full.mostRecent).toEqual(['n1']);
    expect(full.leftOut).toEqual(['n0']);
    const dropped = 31 - (full.html?.match(/<h2/g)?.length ?? 0);
    expect(dropped).toBeGreaterThan(1);
    expect(full.size).toBeLessThanOrEqual(95_000);
    expect(full.warnings).toEqual([
      { pointer: '/html', detail: expect.stringContaining(`lacks the last ${dropped} of the stories`) },
      {
        pointer: '/leftOut',
        detail:
          'has 1: an issue takes 30 stories and the headlines of 1 more in each language, and no later issue takes the stories that it leaves out',
      },
    ]);
  });

  test('a stopped edition, and only about stories that are left out in the language of the preview', async () => {
    world = await setUp({ config: withEditions({ stories: { min: 1, max: 1, mostRecent: 0 } }) });
    for (const language of ['en', 'en', 'es']) {
      world.pass(1000);
      await postStory(world, { language });
    }
    expect((await preview({ language: 'es' })).leftOut).toEqual([]);
    expect((await preview({ language: 'en' })).leftOut).toHaveLength(1);
    const at = '2026-11-22T12:00:00.000Z';
    await world.services.complaints.stop('daily', { at, reason: 'too many complaints' });
    expect((await preview()).skipped).toBe(`its edition was stopped at ${at}: too many complaints`);
  });

  test('a sponsor that is not booked for today', async () => {
    const [daily] = world.config.publication.editions;
    if (!daily?.sponsor) throw new Error('the daily edition has no sponsor');
    world = await setUp({
      config: withEditions({ sponsor: { ...daily.sponsor, from: '2026-12-01', until: '2026-12-31' } }),
    });
    expect(await warnings({})).toEqual([
      { detail: 'the sponsor, Mill Lane Bakery, is left out: it is booked from 2026-12-01 until 2026-12-31' },
    ]);
  });
});

describe('a preview refuses', () => {
  test.each([
    ['an unknown language', { language: 'fr' }, '/language', 'must be one of en, es'],
    ['an unknown section', { topics: ['harbour', 'sport'] }, '/topics/1', 'must be one of politics, harbour'],
    ['an unknown story', { storyIds: ['gone'] }, '/storyIds/0', 'is "gone", and there is no such story'],
    ['a repeated story', { storyIds: ['a', 'a'] }, '/storyIds/1', 'repeats number 1 of the list'],
    ['an empty list of stories', { storyIds: [] }, '/storyIds', 'must name a story, or be absent'],
    ['an unknown field', { lang: 'en' }, '/lang', 'is not a field here'],
    ['a body that is a list', [], '', 'must be an object'],
  ])('%s', async (_, body, pointer, detail) => {
    const answer = await ask(body);
    expect(answer.status).toBe(422);
    const { errors } = (await answer.json()) as { errors: unknown[] };
    expect(errors).toEqual([{ pointer, detail: expect.stringContaining(detail) }]);
  });

  test('a story that was retracted', async () => {
    await postStory(world, { id: 'gone' });
    await world.edit('DELETE', '/api/articles/gone');
    const answer = await ask({ storyIds: ['gone'] });
    expect(await answer.text()).toContain('\\"gone\\", which was retracted at 2026-11-22T12:00:00.000Z');
  });

  test('a body that is not JSON, an unknown edition, other methods, and tokens without the scope', async () => {
    expect((await ask('{')).status).toBe(400);
    expect((await ask({}, {}, 'gone')).status).toBe(404);
    const wrong = await world.edit('GET', '/api/editions/daily/preview');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    const made = await world.edit('POST', '/api/tokens', { name: 'CMS', scopes: ['articles:write'] });
    const { token } = (await made.json()) as { token: string };
    expect((await ask({}, { authorization: `Bearer ${token}` })).status).toBe(403);
    expect((await ask({}, { authorization: `Bearer ${OWNER_TOKEN}` })).status).toBe(200);
  });
});
