import { expect, it } from 'vitest';
import { withEditions } from '../support/editions.ts';
import { setUp } from '../support/installation.ts';
import { postStory, sendNow, subscribe } from '../support/newsroom.ts';
import { digestOf, HARD, SECRET, tell, told } from '../support/webhooks.ts';

const TYPED = 'ana@españa.example';
const ASCII = 'ana@xn--espaa-rta.example';

it('a reader at españa.example is mailed at the ASCII form of the domain, is one reader in both forms, and is found by a bounce', async () => {
  const world = await setUp({ config: { resendWebhookSecret: SECRET } });
  await subscribe(world, TYPED);
  await postStory(world);
  expect(await sendNow(world, 'first')).toMatchObject({ state: 'sent', planned: 1, sent: 1, failed: 0 });
  expect(world.mails.map(({ to }) => to)).toEqual([ASCII, ASCII]);

  await subscribe(world, ASCII);
  await postStory(world);
  expect(await sendNow(world, 'second')).toMatchObject({ planned: 1, sent: 1 });

  await tell(world, told(world, digestOf(world, ASCII), 'bounced', HARD));
  await postStory(world);
  expect(await sendNow(world, 'third')).toMatchObject({ planned: 1, sent: 0, left: 1 });
});

it('the sender and the reply address have their domains in ASCII, and names and what is before the @ stay unchanged', async () => {
  const world = await setUp({
    config: withEditions({ from: 'El Año <señal@españa.example>', replyTo: 'cartas@españa.example' }),
  });
  await subscribe(world, 'josé@xn--espaa-rta.example');
  await subscribe(world, 'Eva.Gil+1@reader.example');
  await postStory(world);
  await sendNow(world, 'first');
  const digests = world.mails.filter(({ key }) => key.startsWith('issue/'));
  expect(digests.map(({ to }) => to).toSorted()).toEqual([
    'Eva.Gil+1@reader.example',
    'josé@xn--espaa-rta.example',
  ]);
  for (const { from, replyTo } of world.mails) {
    expect(from).toBe('El Año <señal@xn--espaa-rta.example>');
    expect(replyTo).toBe('cartas@xn--espaa-rta.example');
  }
});

it('a batch with an address at españa.example has the same bytes when it is repeated', async () => {
  const answers: ('drop' | undefined)[] = ['drop'];
  const world = await setUp({
    provider: () => {
      const answer = answers.shift();
      return answer && { answer, taken: true };
    },
  });
  await subscribe(world, TYPED);
  await postStory(world);
  const { id } = await sendNow(world, 'first');
  for (let minute = 0; minute < 5; minute++) {
    world.pass(60_000);
    await world.sweep();
    await world.queue.drain();
  }
  const requests = world.account.requests.filter(({ key }) => key.startsWith('issue/'));
  expect(requests).toHaveLength(2);
  expect(new Set(requests.map(({ hash }) => hash)).size).toBe(1);
  expect(await (await world.edit('GET', `/api/issues/${id}`)).json()).toMatchObject({
    state: 'sent',
    sent: 1,
  });
  expect(world.mails.filter(({ key }) => key.startsWith('issue/'))).toHaveLength(1);
});
