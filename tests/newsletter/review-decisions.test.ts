import { describe, expect, it } from 'vitest';
import { digestsTo, issue, linkIn, postStory, sendNow, subscribe } from '../support/newsroom.ts';
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

describe('an editor', () => {
  it('holds a draft with the button on a page, and decides nothing by only opening the page', async () => {
    const world = await draftOfFerry();
    const { approve, hold } = links(drafts(world)[0]);
    for (const link of [approve, hold]) {
      const page = await world.request(link);
      expect(page.status).toBe(200);
      expect(page.headers.get('cache-control')).toBe('no-store');
      const html = await page.text();
      expect(html).toContain('The ferry returns');
      expect(html.indexOf('value="held"') < html.indexOf('value="approved"')).toBe(link === hold);
    }
    expect((await issue(world, ID)).review?.decision).toBeUndefined();

    const held = await press(world, hold);
    expect(await held.text()).toContain(
      `Held by ${EDITOR}. It does not go out unless an editor approves it by Sunday, November 22 at 1:30 PM EST.`,
    );
    await minutes(world, 60);
    expect(digestsTo(world, READER)).toEqual([]);
    expect(await issue(world, ID)).toMatchObject({
      state: 'draft',
      review: { decision: { what: 'held', by: EDITOR } },
    });

    const approved = await press(world, hold, 'approved');
    expect(await approved.text()).toContain(`Approved by ${EDITOR}. It goes out within a minute.`);
    await world.queue.drain();
    expect(digestsTo(world, READER)).toHaveLength(1);
    const late = await press(world, hold, 'held');
    expect(late.status).toBe(200);
    expect(await late.text()).toContain('It has gone out already: there is nothing left to decide.');
    await minutes(world, 10);
    expect(digestsTo(world, READER)).toHaveLength(1);
  });

  it('has six hours to approve a draft that was held: then the issue is skipped, and the next one has its stories', async () => {
    const world = await draftOfFerry();
    await press(world, links(drafts(world)[0]).hold);
    world.pass(6 * 60 * MINUTE);
    await minutes(world, 28);
    expect(await issue(world, ID)).toMatchObject({ state: 'draft' });
    await minutes(world, 1);
    expect(await issue(world, ID)).toMatchObject({
      state: 'skipped',
      reason: `it was held by ${EDITOR} and was not approved within 6 hours of 2026-11-22T12:30:00.000Z`,
    });
    const page = await (await world.request(links(drafts(world)[0]).approve)).text();
    expect(page).toContain('It was not sent, and its stories are free for the next issue.');
    expect(page).toContain(`held by ${EDITOR}`);
    await sendNow(world, 'extra');
    expect(digestsTo(world, READER)[0]?.text).toContain('The ferry returns');
  });

  it.each([
    ['approves', 1],
    ['says nothing', 0],
  ])('who %s, when only approved drafts go out, sees the issue go out %i times', async (does, times) => {
    const world = await draftOfFerry({ otherwise: 'hold' });
    expect(drafts(world)[0]?.text).toContain('only if an editor approves it');
    if (does === 'approves') await press(world, links(drafts(world)[0]).approve);
    await minutes(world, 27);
    expect(digestsTo(world, READER)).toHaveLength(0);
    await minutes(world, 3);
    expect(digestsTo(world, READER)).toHaveLength(times);
  });

  it('can hold a draft at the last moment, after the code has read the decision and before it releases the issue', async () => {
    const world = await draftOfFerry({}, 28);
    const { hold } = links(drafts(world)[0]);
    const { issues } = world.services;
    const put = issues.putVariant;
    let held = false;
    issues.putVariant = async (...variant) => {
      if (!held) await press(await anotherProcess(world), hold);
      held = true;
      return put(...variant);
    };
    await minutes(world, 5);
    expect(held).toBe(true);
    expect(digestsTo(world, READER)).toEqual([]);
    expect(await issue(world, ID)).toMatchObject({ state: 'draft', review: { decision: { what: 'held' } } });
  });

  it.each(['approve', 'hold'])(
    'can %s a draft through the API too, as often as they like',
    async (answer) => {
      const world = await draftOfFerry();
      for (let i = 0; i < 2; i++) {
        const said = await world.edit('POST', `/api/issues/${ID}/${answer}`);
        expect(said.status).toBe(200);
        expect(await said.json()).toMatchObject({
          id: ID,
          review: { decision: { what: answer === 'hold' ? 'held' : 'approved', composition: 1 } },
        });
        world.pass(1000);
      }
      await minutes(world, 30);
      expect(digestsTo(world, READER)).toHaveLength(answer === 'hold' ? 0 : 1);
      const other = await world.edit('POST', `/api/issues/${ID}/${answer === 'hold' ? 'approve' : 'hold'}`);
      expect(other.status).toBe(answer === 'hold' ? 200 : 409);
    },
  );

  it('needs an unchanged link, or a token, to decide', async () => {
    const world = await draftOfFerry();
    const { hold } = links(drafts(world)[0]);
    await subscribe(world, 'new@reader.example');
    const confirmation = world.mails.find(({ to }) => to === 'new@reader.example');
    const foreign = linkIn(confirmation?.text, '/subscriptions/confirm');
    for (const link of [
      hold.replace('token=', 'token=x'),
      '/issues/review',
      `/issues/review?${foreign.split('?')[1]}`,
    ]) {
      expect((await world.request(link)).status, link).toBe(404);
      expect((await press(world, link)).status, link).toBe(404);
    }
    expect((await world.request(`/api/issues/${ID}/hold`, { method: 'POST' })).status).toBe(401);
    expect((await world.edit('POST', '/api/issues/daily.nothing/hold')).status).toBe(404);
    expect((await world.edit('GET', `/api/issues/${ID}/hold`)).status).toBe(405);
    expect((await issue(world, ID)).review?.decision).toBeUndefined();
  });
});

it('an id of an issue with something added to it finds no issue and holds none', async () => {
  const world = await draftOfFerry();
  for (const id of [`${ID}.anything`, `${ID}.`]) {
    expect([id, (await world.edit('POST', `/api/issues/${id}/hold`)).status]).toEqual([id, 404]);
    expect([id, (await world.edit('GET', `/api/issues/${id}`)).status]).toEqual([id, 404]);
  }
  expect((await issue(world, ID)).review?.decision).toBeUndefined();
});

it('the page that a draft links to is in the language of the draft', async () => {
  const world = await newsroom();
  await postStory(world, FERRY);
  await postStory(world, { title: 'Vuelve el transbordador', language: 'es' });
  await minutes(world, 2);
  const languages = drafts(world).map(
    async (draft) => /<html lang="(\w+)"/.exec(await (await world.request(links(draft).hold)).text())?.[1],
  );
  expect((await Promise.all(languages)).toSorted()).toEqual(['en', 'es']);
});
