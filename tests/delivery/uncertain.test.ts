import { expect, it } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { issue, postStory, sendNow } from '../support/newsroom.ts';
import { storeReader } from '../support/readers.ts';
import { digestOf, SECRET, tell, told } from '../support/webhooks.ts';

const ANA = 'ana@reader.example';
const BEN = 'ben@reader.example';
const HOUR = 3600_000;

/** Sends an issue to two readers. The provider takes it, and its answer is lost. */
async function unanswered() {
  const world = await setUp({
    config: { resendWebhookSecret: SECRET },
    provider: () => ({ taken: true, answer: 'drop' }),
  });
  for (const reader of [ANA, BEN]) await storeReader(world, reader);
  await postStory(world);
  const { id } = await sendNow(world, 'morning');
  expect(await issue(world, id)).toMatchObject({ state: 'sending', sent: 0, failed: 0 });
  return { world, id };
}

/** Lets a day pass, after which the batch is uncertain. */
async function giveUp(world: World): Promise<void> {
  world.pass(24 * HOUR);
  await world.sweep();
  await world.queue.drain();
}

it('a reader of an uncertain batch counts as sent if a webhook about their mail has come, and as failed otherwise', async () => {
  const { world, id } = await unanswered();
  await tell(world, told(world, digestOf(world, ANA), 'delivered'));
  await giveUp(world);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 1, failed: 1 });
});

it('a reader of an uncertain batch counts as sent once if webhooks about their mail come later', async () => {
  const { world, id } = await unanswered();
  await giveUp(world);
  expect(await issue(world, id)).toMatchObject({ state: 'sent', sent: 0, failed: 2 });
  for (let times = 0; times < 3; times++) await tell(world, told(world, digestOf(world, BEN), 'opened'));
  expect(await issue(world, id)).toMatchObject({ sent: 1, failed: 1 });
  await tell(world, told(world, digestOf(world, ANA), 'sent'));
  expect(await issue(world, id)).toMatchObject({ sent: 2, failed: 0, delivered: 0, opened: 1 });
});

it('a webhook about a batch that was answered does not change how many mails count as sent', async () => {
  const world = await setUp({ config: { resendWebhookSecret: SECRET } });
  for (const reader of [ANA, BEN]) await storeReader(world, reader);
  await postStory(world);
  const { id } = await sendNow(world, 'morning');
  await tell(world, told(world, digestOf(world, ANA), 'delivered'));
  expect(await issue(world, id)).toMatchObject({ sent: 2, failed: 0, delivered: 1 });
});
