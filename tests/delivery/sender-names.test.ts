import { addressParser } from 'postal-mime';
import { expect, it } from 'vitest';
import { parseSettings } from '../../functions/settings/publication.ts';
import { START, setUp } from '../support/installation.ts';
import { postStory, sendNow, subscribe } from '../support/newsroom.ts';
import settings from '../support/publication.ts';

const NAMED = {
  from: 'Harbour, Post (news) <morning@paper.example>',
  replyTo: '"Desk, Harbour" <desk@paper.example>',
  review: { editors: ['Ruiz, Ana <ana@paper.example>'], minutesBefore: 60 },
};

it('names with commas and brackets are one sender, one address for replies and one editor in every mail', async () => {
  const [daily] = settings.editions;
  const publication = parseSettings({ ...settings, editions: [{ ...daily, ...NAMED }] });
  // Two hours before the hour of the edition, so that its schedule is followed when the draft is due.
  const time = { now: START - 90 * 60_000 };
  const world = await setUp({ config: { publication }, time });
  await world.tick();
  await subscribe(world, 'eva@reader.example');
  await postStory(world);
  await sendNow(world, 'now');
  await postStory(world);
  world.pass(61 * 60_000);
  await world.tick();
  await world.queue.drain();

  const kinds = world.mails.map(({ key }) => key.split('/')[0]);
  expect(kinds).toEqual(['confirmation', 'issue', 'draft']);
  for (const { from, replyTo, to } of world.mails) {
    const [sender, replies, reader] = [from, replyTo ?? '', to].map((text) => addressParser(text));
    expect(sender).toEqual([{ name: 'Harbour, Post (news)', address: 'morning@paper.example' }]);
    expect(replies).toEqual([{ name: 'Desk, Harbour', address: 'desk@paper.example' }]);
    expect(reader).toHaveLength(1);
  }
  expect(world.mails.at(-1)?.to).toBe('"Ruiz, Ana" <ana@paper.example>');
});
