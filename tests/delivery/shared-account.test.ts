import { expect, it } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import { issue, postStory } from '../support/newsroom.ts';
import { addReaders } from '../support/readers.ts';
import { HARD, SECRET, tell, told } from '../support/webhooks.ts';

const DESK = 'desk@paper.example';

/**
 * Sets up two installations, one for trying things and one that is live. They have the same editions and settings, and
 * different link secrets.
 */
async function twoOnOneAccount(): Promise<{ staging: World; live: World }> {
  const config = { resendWebhookSecret: SECRET };
  const staging = await setUp({ config });
  const apart = await setUp({ linkSecret: 'secret-of-the-live-one' });
  const live = await setUp({
    config,
    linkSecret: 'secret-of-the-live-one',
    sharing: { ...apart, account: staging.account, time: staging.time },
  });
  return { staging, live };
}

it('two installations on one account that send the same edition at the same hour both have their mails taken', async () => {
  const { staging, live } = await twoOnOneAccount();
  for (const [world, name] of [
    [staging, 'tester'],
    [live, 'reader'],
  ] as const) {
    await addReaders(world, 5, (index) => ({ email: `${name}-${index}@reader.example` }));
    await postStory(world, { title: `For every ${name}` });
    const test = await world.edit(
      'POST',
      '/api/editions/daily/test',
      { to: [DESK] },
      { 'idempotency-key': 'look' },
    );
    expect(test.status, await test.clone().text()).toBe(202);
    await world.queue.drain();
    await world.tick();
  }
  staging.pass(30 * 60_000);
  for (const world of [staging, live]) {
    await world.tick();
    await world.queue.drain();
    expect(await issue(world, 'daily.2026-11-22-0730')).toMatchObject({ state: 'sent', sent: 5 });
  }
  expect(staging.mails.filter(({ key }) => key.startsWith('issue/'))).toHaveLength(10);
  const tests = staging.mails.filter(({ to }) => to === DESK).map(({ text }) => text);
  expect(tests.map((text) => /For every (\w+)/.exec(text)?.[1])).toEqual(['tester', 'reader']);
});

it('webhooks about the mails and letters of one installation change nothing in another installation on the same account', async () => {
  const { staging, live } = await twoOnOneAccount();
  const sendSpecial = async (world: World) => {
    await addReaders(world, 3, (index) => ({ email: `reader-${index}@reader.example` }));
    await postStory(world);
    await world.edit('POST', '/api/editions/daily/issues', { slot: 'special' });
    await world.queue.drain();
  };
  await sendSpecial(staging);
  const form = { email: 'reader-0@reader.example', editions: ['weekly'], language: 'en' };
  await staging.request('/subscriptions', { method: 'POST', body: form });
  await staging.queue.drain();
  const theirs = [...staging.mails];
  expect(theirs.map(({ key }) => key.split('/')[0])).toEqual(['issue', 'issue', 'issue', 'confirmation']);
  await sendSpecial(live);
  for (const mail of theirs) {
    expect(await tell(live, told(live, mail, 'complained'))).toBe('ignored');
    expect(await tell(live, told(live, mail, 'bounced', HARD))).toBe('ignored');
  }
  expect(await issue(live, 'daily.special')).toMatchObject({ sent: 3, complained: 0, bounced: 0 });
  const editions = await (await live.edit('GET', '/api/editions')).text();
  expect(editions).not.toContain('spam');
  const asked = await live.edit('GET', '/api/suppressions?email=reader-0@reader.example');
  expect(await asked.json()).toMatchObject({ suppression: null });
  for (const mail of theirs) expect(await tell(staging, told(staging, mail, 'complained'))).toBe('applied');
});
