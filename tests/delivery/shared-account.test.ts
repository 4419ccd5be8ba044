import { expect, it } from 'vitest';
import { setUp, useDatabase } from '../support/installation.ts';
import { issue, postStory, slotsOf } from '../support/newsroom.ts';
import { addReaders } from '../support/readers.ts';

useDatabase();

const DESK = 'desk@paper.example';

it('two installations on one account, with the same edition at the same hour: each has its mails taken', async () => {
  const staging = await setUp();
  const apart = await setUp({ linkSecret: 'secret-of-the-live-one' });
  const live = await setUp({
    linkSecret: 'secret-of-the-live-one',
    sharing: { ...apart, account: staging.account, time: staging.time },
  });
  for (const [world, name] of [
    [staging, 'tester'],
    [live, 'reader'],
  ] as const) {
    const readers = await addReaders(world, 5, (index) => ({ email: `${name}-${index}@reader.example` }));
    await postStory(world, { title: `For every ${name}` });
    const test = await world.edit(
      'POST',
      '/api/editions/daily/test',
      { to: [DESK] },
      { 'idempotency-key': 'look' },
    );
    expect(test.status, await test.clone().text()).toBe(202);
    await world.startEdition('daily', '2026-11-22T12:30:00.000Z');
    await world.queue.drain();
    const [slot] = await slotsOf(world);
    expect(await issue(world, `daily.${slot}`)).toMatchObject({ state: 'sent', sent: readers.length });
  }
  expect(staging.mails.filter(({ key }) => key.startsWith('issue/'))).toHaveLength(10);
  const tests = staging.mails.filter(({ to }) => to === DESK).map(({ text }) => text);
  expect(tests.map((text) => /For every (\w+)/.exec(text)?.[1])).toEqual(['tester', 'reader']);
});
