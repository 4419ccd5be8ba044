import { expect, it } from 'vitest';
import { drafts, minutes } from '../newsletter/drafts.ts';
import { withEditions } from '../support/editions.ts';
import { setUp } from '../support/installation.ts';
import { postStory, sendNow, subscribe } from '../support/newsroom.ts';

const TURNING = ['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069'];
const ANY = new RegExp(`[${TURNING.join('')}]`);
const TITLE = `${TURNING.map((turn, at) => `${turn}w${at}`).join(' ')} \u200fשלום\u200e`;
const CLEAN = 'w0 w1 w2 w3 w4 w5 w6 w7 w8 \u200fשלום\u200e';
const EDITOR = 'desk@paper.example';

/** Returns what an inbox shows after the subject. */
const preheaderOf = (html: string) => /<div[^>]*display:none[^>]*>\s*([^<]*)/.exec(html)?.[1] ?? '';

it('characters in a headline that change the direction of text are in no subject and no preheader of any mail', async () => {
  const review = { editors: [EDITOR], minutesBefore: 30, otherwise: 'send' as const };
  const world = await setUp({ config: withEditions({ welcome: true, review }) });
  await subscribe(world, 'en@reader.example');
  const story = {
    title: TITLE,
    summary: '\u202eA dek that is turned round, and long enough to be shown beside it.',
  };
  await postStory(world, story);
  await sendNow(world, 'first');
  await subscribe(world, 'new@reader.example');
  await world.queue.drain();
  await postStory(world, story);
  await world.edit('POST', '/api/editions/daily/test', { to: [EDITOR], language: 'en' });
  await world.tick();
  await minutes(world, 2);
  expect(drafts(world, EDITOR)).toHaveLength(1);
  const subjects = world.mails
    .filter(({ key }) => !key.startsWith('confirmation/'))
    .map(({ subject }) => subject);
  expect(subjects.toSorted()).toEqual(
    [CLEAN, `Draft: ${CLEAN}`, `Welcome to First Light: ${CLEAN}`, `[Test] ${CLEAN}`].toSorted(),
  );
  for (const { html } of world.mails) {
    expect(preheaderOf(html)).not.toMatch(ANY);
    expect(preheaderOf(html).length).toBeGreaterThanOrEqual(40);
  }
  const preview = await (await world.edit('POST', '/api/editions/daily/preview', {})).json();
  expect(preview).toMatchObject({ subject: CLEAN, preheader: expect.not.stringMatching(ANY) });
});

it('characters in the settings that change the direction of text are in no subject and no preheader either', async () => {
  const config = withEditions({
    subject: { en: 'Today\u202e: {lead}', es: '{lead}' },
    preheader: { en: '\u2067What there is to be read this morning in the harbour', es: '{lead}' },
  });
  config.publication.name = { en: 'The \u202eLakeside Courier', es: 'El Correo' };
  const world = await setUp({ config });
  await subscribe(world, 'en@reader.example');
  await postStory(world, { title: '\u202e' });
  await postStory(world);
  await sendNow(world, 'first');
  expect(world.mails).toHaveLength(2);
  expect(world.mails[0]?.subject).toBe('Confirm your subscription to The Lakeside Courier');
  expect(world.mails[1]?.subject).toMatch(/^Today: /);
  for (const { subject, html } of world.mails) expect(subject + preheaderOf(html)).not.toMatch(ANY);
});

it('text that would become a placeholder without the characters that change its direction does not become one', async () => {
  const world = await setUp();
  await subscribe(world, 'en@reader.example');
  await postStory(world, {
    title: '%\u202e%UNSUBSCRIBE_URL%\u202e%',
    summary: '%\u2066%PREFERENCES_URL%\u2066% is no token here.',
  });
  await sendNow(world, 'first');
  const { subject, html = '' } = world.mails.at(-1) ?? {};
  expect(subject).toBe('%\u200b%UNSUBSCRIBE_URL%\u200b%');
  expect(preheaderOf(html)).toContain('%\u200b%PREFERENCES_URL%\u200b% is no token here.');
});
