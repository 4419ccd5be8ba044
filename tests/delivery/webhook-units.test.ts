import { expect, it } from 'vitest';
import { sendNow, withReaders } from '../support/newsroom.ts';
import { meterOf } from '../support/units.ts';
import { digestOf, SECRET, tell, told } from '../support/webhooks.ts';

it('the webhook of a delivered mail costs 4 read and 6 write units, in one transaction', async () => {
  const world = await withReaders({ config: { resendWebhookSecret: SECRET } });
  await sendNow(world, 'morning');
  const meter = meterOf(world.table);
  const event = told(world, digestOf(world, 'en@reader.example'), 'delivered');
  const first = await meter.during(() => tell(world, event, { id: 'msg_1' }));
  expect([first.result, first.read, first.write]).toEqual(['applied', 4, 6]);
  expect(first.commands.filter((command) => /Write|Put|Update|Delete/.test(command))).toEqual([
    'TransactWriteItemsCommand',
  ]);
});

it('the webhook of an opened mail costs 5 read and 8 write units, because it also checks that its reader was not erased', async () => {
  const world = await withReaders({ config: { resendWebhookSecret: SECRET } });
  await sendNow(world, 'morning');
  const event = told(world, digestOf(world, 'en@reader.example'), 'opened');
  const first = await meterOf(world.table).during(() => tell(world, event));
  expect([first.result, first.read, first.write]).toEqual(['applied', 5, 8]);
});
