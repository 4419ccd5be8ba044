import { describe, expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';
import { digestsTo, issue, postStory, sendNow, slotsOf } from '../support/newsroom.ts';
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
  PIER,
  press,
  READER,
} from './drafts.ts';

describe('a draft', () => {
  it('is mailed to each editor in each language, and nobody else is mailed it or can see it', async () => {
    const world = await newsroom({ editors: [EDITOR, 'The Desk <desk@paper.example>'] });
    await postStory(world, FERRY);
    await postStory(world, { id: 'transbordador', title: 'Vuelve el transbordador', language: 'es' });
    await minutes(world, 2);
    for (const editor of [EDITOR, 'The Desk <desk@paper.example>']) {
      const [english, spanish, ...more] = drafts(world, editor);
      expect(more).toEqual([]);
      expect(english?.subject).toBe('Draft: The ferry returns');
      expect(english?.text).toContain(
        'This is a draft. It goes out on Sunday, November 22 at 7:30 AM EST, unless an editor holds it.',
      );
      expect(spanish?.subject).toBe('Borrador: Vuelve el transbordador');
      for (const mail of [english, spanish])
        for (const part of [mail?.html, mail?.text]) {
          expect(part).not.toMatch(/%%|\{\w+\}/);
          expect(part).toMatch(/\/issues\/review\?token=[\w-]+\.[\w-]+/);
          expect(part).not.toMatch(/\/unsubscribe\?token=/);
        }
      expect(english?.headers).toEqual({});
    }
    expect(digestsTo(world, READER)).toEqual([]);
    expect(await issue(world, ID)).toMatchObject({
      state: 'draft',
      planned: 0,
      review: { releaseAt: '2026-11-22T12:30:00.000Z', otherwise: 'send' },
    });
    expect((await world.request('/issues/daily/2026-11-22-0730')).status).toBe(404);
    expect(await (await world.request('/issues')).text()).not.toContain('The ferry returns');
  });

  it('goes out once at its hour with the newest text of its stories, and later stories wait for the next issue', async () => {
    const world = await newsroom();
    await postStory(world, FERRY);
    await minutes(world, 5);
    await world.edit('PATCH', '/api/articles/ferry', { title: 'The ferry returns at last' });
    await postStory(world, PIER);
    await minutes(world, 24);
    expect(digestsTo(world, READER)).toEqual([]);
    await minutes(world, 1);
    expect(world.now()).toBe(Date.parse('2026-11-22T12:30:00Z'));
    await minutes(world, 10);
    const [mail, ...more] = digestsTo(world, READER);
    expect(more).toEqual([]);
    expect(mail?.subject).toBe('The ferry returns at last');
    expect(mail?.html + String(mail?.text)).not.toMatch(/The pier opens|draft|review\?token/);
    expect(drafts(world)).toHaveLength(1);
    expect(await issue(world, ID)).toMatchObject({ state: 'sent', sent: 1 });

    await sendNow(world, 'extra');
    expect(digestsTo(world, READER)[1]?.text).toContain('The pier opens');
    expect(digestsTo(world, READER)[1]?.text).not.toContain('The ferry returns');
  });

  it('is made as soon as a story comes before the hour of the issue, if nothing was new when the draft was due', async () => {
    const world = await newsroom();
    await minutes(world, 10);
    expect(await issue(world, ID)).toMatchObject({ state: 'new' });
    await postStory(world, FERRY);
    await minutes(world, 1);
    expect(drafts(world)).toHaveLength(1);
    await minutes(world, 20);
    expect(digestsTo(world, READER)).toHaveLength(1);
  });

  it('is never made if nothing is new before the hour of the issue, and then the issue is skipped', async () => {
    const world = await newsroom();
    await minutes(world, 30);
    expect(await issue(world, ID)).toMatchObject({
      state: 'skipped',
      reason: expect.stringMatching(/^0 new stories since/),
    });
  });

  it('that is mailed late still gives the editors the full time to decide', async () => {
    const world = await newsroom();
    await postStory(world, FERRY);
    world.pass(60 * MINUTE);
    await minutes(world, 29);
    expect(await issue(world, ID)).toMatchObject({ state: 'draft' });
    await minutes(world, 3);
    expect(digestsTo(world, READER)).toHaveLength(1);
  });

  it('is skipped if another issue took its stories meanwhile', async () => {
    const world = await draftOfFerry();
    await sendNow(world, 'extra');
    await minutes(world, 30);
    expect(digestsTo(world, READER)).toHaveLength(1);
    expect(await issue(world, ID)).toMatchObject({ state: 'skipped' });
  });
});

describe('a story that is retracted while its issue is a draft', () => {
  it('leaves the draft within a minute, the editors get the changed draft, and their approval still counts', async () => {
    const world = await newsroom({ otherwise: 'hold' });
    await postStory(world, FERRY);
    await postStory(world, PIER);
    await minutes(world, 2);
    await press(world, links(drafts(world)[0]).approve);
    await world.edit('DELETE', '/api/articles/pier');
    await minutes(world, 1);
    const [first, second, ...more] = drafts(world);
    expect(more).toEqual([]);
    expect(second?.subject).toBe('Changed draft: The ferry returns');
    expect(second?.text).toContain('The draft has changed: it has lost stories since the last one.');
    expect(second?.text).not.toContain('The pier opens');
    expect(await (await world.request(links(first).hold)).text()).toContain('The draft has lost stories');
    expect(await (await world.request(links(second).hold)).text()).not.toContain(
      'The draft has lost stories',
    );
    await minutes(world, 30);
    expect(digestsTo(world, READER)[0]?.text).not.toContain('The pier opens');
    expect(drafts(world)).toHaveLength(2);
  });

  it('is not in the mail, even if it is retracted in the last minute before the issue goes out', async () => {
    const world = await newsroom();
    await postStory(world, FERRY);
    await postStory(world, PIER);
    await minutes(world, 29);
    await world.edit('DELETE', '/api/articles/pier');
    await minutes(world, 1);
    expect(digestsTo(world, READER).map(({ subject }) => subject)).toEqual(['The ferry returns']);
  });

  it('causes the issue to be skipped, with the reason, if too few stories are left', async () => {
    const world = await newsroom({}, { min: 2 });
    await postStory(world, FERRY);
    await postStory(world, PIER);
    await minutes(world, 2);
    await world.edit('DELETE', '/api/articles/pier');
    await minutes(world, 1);
    expect(await issue(world, ID)).toMatchObject({
      state: 'skipped',
      reason: expect.stringMatching(/^1 of its 2 stories is left/),
    });
  });
});

it('each editor gets one draft and each reader one digest, although first every message is lost and then each comes three times', async () => {
  const world = await newsroom();
  await postStory(world, FERRY);
  const lossy = await anotherProcess(world, { faults: { lose: () => true } });
  await minutes(lossy, 2);
  expect(drafts(world)).toEqual([]);
  const repeating = await anotherProcess(world, {
    faults: { repeat: () => 2, shuffle: (messages) => messages.toReversed() },
  });
  await minutes(repeating, 40);
  expect([drafts(world).length, digestsTo(world, READER).length]).toEqual([1, 1]);
  expect(await slotsOf(world)).toEqual(['2026-11-22-0730']);
});

it('a draft whose edition is removed from the settings is stopped, and can be resumed as a draft when the edition is back', async () => {
  const world = await draftOfFerry();
  const publication = structuredClone(world.config.publication);
  publication.editions = publication.editions.filter(({ id }) => id !== 'daily');
  await minutes(await setUp({ sharing: world, config: { publication } }), 1);
  expect(await issue(world, ID)).toMatchObject({ state: 'stopped' });
  expect((await world.request('/issues/daily/2026-11-22-0730')).status).toBe(404);
  expect((await world.edit('POST', `/api/issues/${ID}/resume`)).status).toBe(202);
  expect(await issue(world, ID)).toMatchObject({ state: 'draft' });
  await minutes(world, 30);
  expect(digestsTo(world, READER)).toHaveLength(1);
});
