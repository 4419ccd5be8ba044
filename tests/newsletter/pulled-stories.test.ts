import { expect, it } from 'vitest';
import type { Message } from '../../functions/shared/queue.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, issue, postStory, sendNow } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';

/**
 * Sets up a reader and these stories, and composes an issue of them. The messages that start its planning are lost, so
 * the issue waits for the next sweep.
 */
async function composed(stories: Record<string, unknown>[]): Promise<{ world: World; id: string }> {
  const world = await setUp();
  await storeReader(world, 'en@reader.example');
  for (const story of stories) await postStory(world, story);
  const lossy = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'plan' } });
  const { id, state } = await sendNow(lossy, 'morning');
  expect(state).toBe('sending');
  return { world, id };
}

/** Lets a minute pass, and does the sweep and everything that follows from it. */
async function aMinuteLater(world: World): Promise<void> {
  world.pass(60_000);
  await world.sweep();
  await world.queue.drain();
}

const retract = async (world: World, id: string) =>
  expect((await world.edit('DELETE', `/api/articles/${id}`)).status).toBe(204);

const FERRY = { id: 'ferry', title: 'The ferry returns' };
const MISTAKE = { id: 'mistake', title: 'A mistake', featured: true };

it('a story that is retracted after its issue was composed and before it is planned is in no mail and in no subject', async () => {
  const { world, id } = await composed([FERRY, MISTAKE]);
  await retract(world, 'mistake');
  await aMinuteLater(world);
  const mails = digestsTo(world, 'en@reader.example');
  expect(mails.map(({ subject }) => subject)).toEqual(['The ferry returns']);
  expect(mails[0]?.html + String(mails[0]?.text)).not.toMatch(/mistake/i);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 1, sent: 1 });
  const page = await world.request('/issues');
  expect(await page.text()).not.toMatch(/mistake/i);
});

it('an issue that has too few stories left after a retraction is skipped with the reason, and the next issue has its stories', async () => {
  const world = await setUp();
  const config = structuredClone(world.config);
  for (const edition of config.publication.editions) edition.stories.min = 2;
  const strict = await setUp({
    sharing: world,
    config,
    faults: { lose: ({ kind }) => kind === 'plan' },
  });
  await storeReader(world, 'en@reader.example');
  await postStory(world, FERRY);
  await postStory(world, MISTAKE);
  strict.pass(3600_000);
  const { id } = await sendNow(strict, 'morning');
  await retract(world, 'mistake');
  const after = await setUp({ sharing: strict, config });
  await aMinuteLater(after);
  expect(await issue(after, id)).toMatchObject({
    state: 'skipped',
    reason:
      '1 of its 2 stories is left, the others were retracted, were taken out of newsletters, or went out in another issue; the edition wants at least 2',
  });
  expect(digestsTo(world, 'en@reader.example')).toEqual([]);

  after.pass(24 * 3600_000);
  await postStory(after, { id: 'pier', title: 'The pier opens' });
  await sendNow(after, 'next-morning');
  const [next, ...more] = digestsTo(world, 'en@reader.example');
  expect(more).toEqual([]);
  expect(next?.text).toMatch(/The pier opens[\s\S]*The ferry returns/);
  after.pass(3600_000);
  await postStory(after, { id: 'quay', title: 'The quay' });
  await postStory(after, { id: 'crane', title: 'The crane' });
  await sendNow(after, 'noon');
  expect(digestsTo(world, 'en@reader.example')[1]?.text).not.toContain('The ferry returns');
});

it('an issue that is skipped after a retraction does not give back the stories that another issue took meanwhile', async () => {
  const world = await setUp();
  await storeReader(world, 'en@reader.example');
  await postStory(world, MISTAKE);
  const lossy = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'plan' } });
  const first = await sendNow(lossy, 'first');
  world.pass(1000);
  await postStory(world, FERRY);
  await sendNow(world, 'second');
  await retract(world, 'mistake');
  await aMinuteLater(world);
  expect(await issue(world, first.id)).toMatchObject({ state: 'skipped' });
  world.pass(3600_000);
  expect(await sendNow(world, 'third')).toMatchObject({ state: 'skipped' });
  expect(digestsTo(world, 'en@reader.example')).toHaveLength(1);
});

it('an issue stays as it is after a retraction if the first reader has been planned', async () => {
  const world = await setUp({ faults: { lose: ({ kind }) => kind === 'send' } });
  await storeReader(world, 'en@reader.example');
  await postStory(world, FERRY);
  await postStory(world, MISTAKE);
  const { id } = await sendNow(world, 'morning');
  await retract(world, 'mistake');
  const after = await setUp({ sharing: world });
  const [edition = '', slot = ''] = id.split('.');
  await after.queue.send([{ kind: 'compose', edition, slot }]);
  await after.queue.drain();
  await aMinuteLater(after);
  expect(digestsTo(world, 'en@reader.example').map(({ subject }) => subject)).toEqual(['A mistake']);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 1, sent: 1 });
});

it('a planner that read the issue before a retraction does not plan the mail that was composed before the retraction', async () => {
  let lost = true;
  const lose = ({ kind }: Message) => lost && kind === 'plan';
  const world = await setUp({ faults: { lose } });
  await storeReader(world, 'en@reader.example');
  await postStory(world, FERRY);
  await postStory(world, MISTAKE);
  const { id } = await sendNow(world, 'morning');
  const [edition = '', slot = ''] = id.split('.');
  lost = false;

  // After the planner has read the issue and before it writes its first batch, a story is retracted and the issue is
  // composed again.
  const { subscribers } = world.services;
  const read = subscribers.members;
  let late = true;
  subscribers.members = async (...page) => {
    const members = await read(...page);
    if (!late) return members;
    late = false;
    await retract(world, 'mistake');
    const other = await setUp({ sharing: world, faults: { lose: ({ kind }) => kind === 'plan' } });
    await other.queue.send([{ kind: 'compose', edition, slot }]);
    await other.queue.drain();
    return members;
  };
  await world.queue.send([{ kind: 'plan', edition, slot, part: 0 }]);
  await world.queue.drain();
  await aMinuteLater(world);
  expect(digestsTo(world, 'en@reader.example').map(({ subject }) => subject)).toEqual(['The ferry returns']);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', planned: 1, sent: 1 });
});

it('an issue that must be composed again is stopped if its edition is not in the settings, and resumed when the edition is back', async () => {
  const { world, id } = await composed([FERRY, MISTAKE]);
  await retract(world, 'mistake');
  const publication = structuredClone(world.config.publication);
  publication.editions = publication.editions.filter((edition) => edition.id !== 'daily');
  const without = await setUp({ sharing: world, config: { publication } });
  await aMinuteLater(without);
  const reason = 'the settings have no edition "daily" any more';
  expect(await issue(world, id)).toMatchObject({ state: 'stopped', reason });
  expect(without.log.lines).toContainEqual({
    level: 'error',
    message: 'an issue was stopped: its edition is gone',
    fields: { issue: id, reason },
  });
  expect((await world.edit('POST', `/api/issues/${id}/resume`)).status).toBe(202);
  await aMinuteLater(world);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 1 });
  expect(digestsTo(world, 'en@reader.example').map(({ subject }) => subject)).toEqual(['The ferry returns']);
});
