import { expect, it } from 'vitest';
import { changesAndKills, expectOneDeliveryEach } from './kills.ts';

it('a process that is killed before any of its commands has lost no change of a feed', async () => {
  const { change, expectNothingLeft } = await changesAndKills();
  let commands = 0;
  while (await change(commands)) commands += 1;
  expect(commands).toBeGreaterThan(25);
  await expectNothingLeft();
});

it('2,500 subscribers get a change, one delivery each, while at most 64 are under way', async () => {
  await expectOneDeliveryEach(2500);
});
