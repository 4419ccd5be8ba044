import { expect, test } from 'vitest';
import { usePage } from '../browser/chromium.ts';
import { aFullArticleInput } from '../support/builders.ts';
import { withEditions } from '../support/editions.ts';
import { setUp } from '../support/installation.ts';
import { linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { SHIPPED_TEMPLATES } from '../support/templates.ts';
import { mailFaults } from './mail-rules.ts';

const page = usePage();

test('every mail that a reader gets, from the sign-up to a change of address, keeps every rule when it is sent', async () => {
  const world = await setUp({ templates: SHIPPED_TEMPLATES });
  for (const language of ['en', 'es']) await subscribe(world, `${language}@reader.example`, { language });
  for (const language of ['en', 'es']) {
    const { content, ...story } = aFullArticleInput({ language, title: `Ferry & harbour, ${language}` });
    await postStory(world, {
      ...story,
      content,
      id: `full-${language}`,
      url: `https://paper.example/${language}?a=1&b=2`,
    });
  }
  await sendNow(world, 'first');
  for (const language of ['en', 'es']) {
    const reader = `${language}@reader.example`;
    const email = `${language}@newhome.example`;
    await world.request('/subscriptions/link', { method: 'POST', body: { email: reader } });
    await world.queue.drain();
    const link = world.mails.findLast(({ to }) => to === reader);
    await world.request(linkIn(link?.text, '/subscriptions/manage').replace('manage?', 'manage/address?'), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ email }).toString(),
    });
    await world.queue.drain();
    const asked = world.mails.findLast(({ to }) => to === email);
    await world.request(linkIn(asked?.text, '/subscriptions/address'), { method: 'POST' });
    await world.queue.drain();
  }
  const kinds = world.mails.map(({ key, to }) => `${key.split('/')[0]} ${to}`).sort();
  expect(kinds).toEqual([
    'address en@newhome.example',
    'address es@newhome.example',
    ...['confirmation', 'issue', 'link', 'moved'].flatMap((kind) => [
      `${kind} en@reader.example`,
      `${kind} es@reader.example`,
    ]),
  ]);
  for (const mail of world.mails) expect(await mailFaults(page(), mail), mail.subject).toEqual([]);
});

test('a draft, a proof and a welcome keep every rule too, in both languages', async () => {
  const world = await setUp({
    templates: SHIPPED_TEMPLATES,
    config: withEditions({
      welcome: true,
      review: { editors: ['desk@paper.example'], minutesBefore: 30, otherwise: 'send' },
    }),
  });
  for (const language of ['en', 'es'])
    await postStory(world, aFullArticleInput({ language, id: `full-${language}` }));
  await sendNow(world, 'first');
  for (const language of ['en', 'es']) {
    await subscribe(world, `${language}@reader.example`, { language });
    const body = { to: ['desk@paper.example'], language, storyIds: [`full-${language}`] };
    expect((await world.edit('POST', '/api/editions/daily/test', body)).status).toBe(202);
    await postStory(world, aFullArticleInput({ language, id: `next-${language}` }));
  }
  await world.tick();
  world.pass(60_000);
  await world.tick();
  await world.queue.drain();
  const kinds = ['draft', 'proof', 'welcome'];
  const mails = world.mails.filter(({ key }) => kinds.includes(String(key.split('/')[0])));
  const languages = mails.map(
    ({ key, html }) => `${key.split('/')[0]} ${/<html[^>]* lang="(\w+)"/.exec(html)?.[1]}`,
  );
  expect(languages.sort()).toEqual(kinds.flatMap((kind) => [`${kind} en`, `${kind} es`]));
  for (const mail of mails) expect(await mailFaults(page(), mail), mail.subject).toEqual([]);
});
