import { expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';

/** Signs addresses up in order. Returns those that were mailed, in the order in which they were given. */
async function mailedOf(addresses: string[]): Promise<string[]> {
  const world = await setUp();
  for (const email of addresses) {
    const body = { email, editions: ['daily'] };
    expect((await world.request('/subscriptions', { method: 'POST', body })).status).toBe(202);
  }
  await world.queue.drain();
  const mailed = world.mails.map(({ to }) => to.toLowerCase());
  expect(mailed).toHaveLength(new Set(mailed).size);
  return addresses.filter((email) => mailed.includes(email.toLowerCase()));
}

it('addresses that differ only after a + are one inbox, which gets three mails an hour', async () => {
  const many = Array.from({ length: 20 }, (_, n) => `victim+${n + 1}@paper.example`);
  expect(await mailedOf(many)).toEqual(many.slice(0, 3));
  const mixed = [
    'victim@paper.example',
    'Victim+a@paper.example',
    'victim+a+b@PAPER.example',
    'victim+@paper.example',
  ];
  expect(await mailedOf(mixed)).toEqual(mixed.slice(0, 3));
});

it('at Gmail, addresses that differ only in dots or in the name of Gmail are one inbox', async () => {
  const many = [
    'victim@gmail.com',
    'v.ictim@gmail.com',
    'v.i.c.t.i.m+x@googlemail.com',
    'vic.tim@googlemail.com',
  ];
  expect(await mailedOf(many)).toEqual(many.slice(0, 3));
});

it('other addresses have inboxes of their own', async () => {
  const others = [
    ...[
      'ana.ruiz@paper.example',
      'anaruiz@paper.example',
      'ana-ruiz@paper.example',
      'ana.ruiz@other.example',
    ],
    ...['+1@paper.example', '+2@paper.example', '+3@paper.example', '+4@paper.example'],
  ];
  expect(await mailedOf(others)).toEqual(others);
});

it('a reader is subscribed with the address that they typed', async () => {
  const world = await setUp();
  const body = { email: 'A.na+news@gmail.com', editions: ['daily'] };
  await world.request('/subscriptions', { method: 'POST', body });
  await world.queue.drain();
  const text = world.mails[0]?.text ?? '';
  const path = /\/subscriptions\/confirm\?token=\S+/.exec(text)?.[0] ?? '';
  expect((await world.request(path, { method: 'POST' })).status).toBe(200);
  const csv = await (await world.edit('GET', '/api/subscribers')).text();
  expect(csv).toContain('A.na+news@gmail.com');
});
