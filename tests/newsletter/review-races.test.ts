import { expect, it } from 'vitest';
import type { World } from '../support/installation.ts';
import { digestsTo, issue, postStory } from '../support/newsroom.ts';
import {
  anotherProcess,
  draftOfFerry,
  drafts,
  EDITOR,
  FERRY,
  ID,
  links,
  MINUTE,
  minutes,
  newsroom,
  press,
  READER,
} from './drafts.ts';

const APPROVED = `Approved by ${EDITOR}.`;
const HELD = `Held by ${EDITOR}.`;
const GONE = 'It has gone out already: there is nothing left to decide.';

async function pageOf(answer: Response): Promise<string> {
  expect(answer.status).toBe(200);
  return (await answer.text()).replace(/\s+/g, ' ');
}
const said = (page: string) => [APPROVED, HELD, GONE].filter((words) => page.includes(words));

/** Approves and holds the draft at the same moment in two processes. `first` is asked first. Returns the two pages. */
async function bothAtOnce(world: World, first: 'approve' | 'hold'): Promise<string[]> {
  const { approve, hold } = links(drafts(world)[0]);
  const other = await anotherProcess(world);
  const presses =
    first === 'approve'
      ? [press(world, approve), press(other, hold)]
      : [press(world, hold), press(other, approve)];
  return Promise.all((await Promise.all(presses)).map(pageOf));
}

it.each(['approve', 'hold'] as const)(
  'a draft that is approved and held at the same moment (%s first) gives each editor a page, and one of the two decisions counts',
  async (first) => {
    const world = await draftOfFerry();
    const pages = await bothAtOnce(world, first);
    const decision = (await issue(world, ID)).review?.decision?.what;
    expect(['approved', 'held']).toContain(decision);
    for (const page of pages) expect(said(page)).toHaveLength(1);
    // The decision that was written last counts: its own page says so, and so does every page after it.
    const counts = decision === 'approved' ? APPROVED : HELD;
    expect(pages.flatMap(said)).toContain(counts);
    for (const link of Object.values(links(drafts(world)[0])))
      expect(said(await pageOf(await world.request(link)))).toEqual([counts]);
    await minutes(world, 40);
    expect(digestsTo(world, READER)).toHaveLength(decision === 'approved' ? 1 : 0);
    expect(await issue(world, ID)).toMatchObject({ state: decision === 'approved' ? 'sent' : 'draft' });
  },
);

it.each(['approve', 'hold'] as const)(
  'a draft that is approved and held at the same moment after its hour (%s first) goes out once or is held, and never both',
  async (first) => {
    const world = await draftOfFerry({ otherwise: 'hold' });
    world.pass(35 * MINUTE);
    const pages = await bothAtOnce(world, first);
    for (const page of pages) expect(said(page)).toHaveLength(1);
    await world.queue.drain();
    await minutes(world, 10);
    const { state, review } = await issue(world, ID);
    const wentOut = digestsTo(world, READER).length;
    expect([state, wentOut]).toEqual(review?.decision?.what === 'approved' ? ['sent', 1] : ['draft', 0]);
    const { hold } = links(drafts(world)[0]);
    expect(said(await pageOf(await world.request(hold)))).toEqual([wentOut ? GONE : HELD]);
  },
);

it('a system that approves a draft while an editor holds it gets 409 with who held it and when, and can then approve it again', async () => {
  const world = await draftOfFerry();
  const { hold } = links(drafts(world)[0]);
  const { reviews } = world.services;
  const { decide } = reviews;
  reviews.decide = async (...word) => {
    reviews.decide = decide;
    await decide(...word);
    await press(await anotherProcess(world), hold);
  };
  const approve = () => world.edit('POST', `/api/issues/${ID}/approve`);
  const overruled = await approve();
  expect(overruled.status).toBe(409);
  expect(await overruled.json()).toMatchObject({
    detail: `Meanwhile, at 2026-11-22T12:02:00.000Z, the draft was held by ${EDITOR}. The last decision counts. Decide again if the draft should be approved.`,
  });
  expect((await issue(world, ID)).review?.decision?.what).toBe('held');
  expect((await approve()).status).toBe(200);
  await minutes(world, 40);
  expect(digestsTo(world, READER)).toHaveLength(1);
});

it('an issue that is held at the moment at which it becomes a draft answers 409 and is not held, and can then be held again', async () => {
  const world = await newsroom();
  await postStory(world, FERRY);
  const { issues } = world.services;
  const { get } = issues;
  issues.get = async (ref) => {
    issues.get = get;
    const before = await get(ref);
    await minutes(await anotherProcess(world), 2);
    return before;
  };
  const hold = () => world.edit('POST', `/api/issues/${ID}/hold`);
  const early = await hold();
  expect(early.status).toBe(409);
  expect(await early.json()).toMatchObject({
    detail: 'The issue became a draft only a moment ago. Look at the draft, then decide again.',
  });
  expect((await issue(world, ID)).review?.decision).toBeUndefined();
  expect((await hold()).status).toBe(200);
});

it('a draft that is approved twice says the same twice, keeps the first decision and goes out once', async () => {
  const world = await draftOfFerry({ otherwise: 'hold' });
  const { approve } = links(drafts(world)[0]);
  const first = await pageOf(await press(world, approve));
  const { review } = await issue(world, ID);
  world.pass(MINUTE);
  const second = await pageOf(await press(world, approve));
  expect([said(first), said(second)]).toEqual([[APPROVED], [APPROVED]]);
  expect((await issue(world, ID)).review).toEqual(review);
  await minutes(world, 40);
  expect(digestsTo(world, READER)).toHaveLength(1);
  expect(said(await pageOf(await press(world, approve)))).toEqual([GONE]);
  await minutes(world, 10);
  expect(digestsTo(world, READER)).toHaveLength(1);
});

it('an issue that is held after it went out stays sent, and the page has no button any more', async () => {
  const world = await draftOfFerry();
  const { hold } = links(drafts(world)[0]);
  await minutes(world, 40);
  expect(digestsTo(world, READER)).toHaveLength(1);
  const before = await issue(world, ID);
  const page = await pageOf(await press(world, hold));
  expect(said(page)).toEqual([GONE]);
  expect(page).not.toContain('<button name="answer"');
  await minutes(world, 10);
  expect(await issue(world, ID)).toEqual(before);
  expect(digestsTo(world, READER)).toHaveLength(1);
});
