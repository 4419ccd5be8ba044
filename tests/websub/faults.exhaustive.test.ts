import { expect, it } from 'vitest';
import { changesAndKills, expectOneDeliveryEach } from './kills.ts';

it('a process that is killed before any one of its commands to the table loses no change of a feed', async () => {
  const { change, expectNothingLeft } = await changesAndKills();
  let commands = 0;
  while (await change(commands)) commands += 1;
  expect(commands).toBeGreaterThan(25);
  await expectNothingLeft();
});

it('2,500 subscribers get a change in one delivery each, and at most 64 deliveries are under way at once', async () => {
  await expectOneDeliveryEach(2500);
});
