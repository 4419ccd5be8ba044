import { describe, expect, it } from 'vitest';
import { setUp } from '../../support/installation.ts';

/** Who may see the mails of the mailbox. The peer is what the server hands to the app beside a request. */
const from = (remoteAddress: string, httpVersion = '1.1') => ({
  incoming: { socket: { remoteAddress }, httpVersion, headers: {} },
});
const HERE = from('127.0.0.1');
const LOCAL = { port: 8787, baseUrl: 'http://localhost:8787' };
const PUBLIC = { port: 8787, baseUrl: 'https://paper.example' };
const LAN = { port: 8787, baseUrl: 'http://192.168.1.7:8787' };
const NAMED = { port: 8787, baseUrl: 'http://paper.localhost:9000' };

const PATHS = [
  '/mailbox',
  '/mailbox/none',
  '/mailbox/none/html',
  '/mailbox/api/emails',
  '/mailbox/api/emails/none',
];

type Case = [what: string, config: object, peer: object | undefined, headers: Record<string, string>];

async function statuses([, config, peer, headers]: Case): Promise<number[]> {
  const world = await setUp({ config });
  const answers = PATHS.map((path) => world.request(path, { headers, ...(peer && { peer }) }));
  return (await Promise.all(answers)).map(({ status }) => status);
}

describe('the mailbox is seen', () => {
  it.each<Case>([
    ['at localhost', LOCAL, HERE, { host: 'localhost:8787' }],
    ['at 127.0.0.1', LOCAL, HERE, { host: '127.0.0.1:8787' }],
    ['over IPv6', LOCAL, from('::1'), { host: '[::1]:8787' }],
    ['over an IPv4 address in IPv6', LOCAL, from('::ffff:127.0.0.1'), { host: 'LOCALHOST:8787' }],
    ['at the base URL, if it is a name of this machine', NAMED, HERE, { host: 'paper.localhost:9000' }],
    ['at localhost, if the base URL is public', PUBLIC, HERE, { host: 'localhost:8787' }],
    ['by a test without a server', PUBLIC, undefined, {}],
    [
      'by everybody, if it is open',
      { ...PUBLIC, openMailbox: true },
      from('203.0.113.9'),
      { host: 'paper.example' },
    ],
  ])('%s', async (...one) => {
    expect(await statuses(one)).toEqual([200, 404, 404, 200, 404]);
  });
});

describe('the mailbox is not seen', () => {
  it.each<Case>([
    ['by a page whose name resolves to this machine', LOCAL, HERE, { host: 'evil.example:8787' }],
    ['under a name that begins like ours', LOCAL, HERE, { host: 'localhost.evil.example:8787' }],
    ['with another port', LOCAL, HERE, { host: 'localhost:9999' }],
    ['without a port', LOCAL, HERE, { host: 'localhost' }],
    ['with a Host header that names no host', LOCAL, HERE, { host: 'localhost:8787/@evil' }],
    ['from another machine', LAN, from('192.168.1.9'), { host: '192.168.1.7:8787' }],
    ['from another machine that says it is this one', LAN, from('192.168.1.9'), { host: 'localhost:8787' }],
    [
      'through a proxy that says so',
      PUBLIC,
      HERE,
      { host: 'localhost:8787', 'x-forwarded-for': '203.0.113.9' },
    ],
    ['through a proxy that speaks HTTP/1.0', PUBLIC, from('127.0.0.1', '1.0'), { host: '127.0.0.1:8787' }],
    ['through a proxy that hands our public name on', PUBLIC, HERE, { host: 'paper.example' }],
  ])('%s', async (...one) => {
    expect(await statuses(one)).toEqual(PATHS.map(() => 403));
  });

  it('and the answer says where it is, and how to open it', async () => {
    const world = await setUp({ config: LOCAL });
    const answer = await world.request('/mailbox', { peer: HERE, headers: { host: 'evil.example' } });
    expect(await answer.text()).toBe(
      'Only on this machine:\nThe mailbox does not answer to the name "evil.example". Open http://localhost:8787/mailbox on this machine. BROADSHEET_OPEN_MAILBOX=on shows it to everybody.\n',
    );
  });
});

it('all other addresses answer to every name, because they are public or need a token', async () => {
  const world = await setUp({ config: LOCAL });
  const options = { peer: HERE, headers: { host: 'evil.example' } };
  expect((await world.request('/rss.xml', options)).status).toBe(200);
  expect((await world.request('/api/articles', options)).status).toBe(401);
});

it('nobody but the installation itself can put a mail into its mailbox', async () => {
  const world = await setUp({ config: LOCAL });
  const mail = { from: 'a@paper.example', to: 'b@reader.example', subject: 'x', text: 'x' };
  for (const [authorization, status] of [
    ['', 401],
    ['Bearer re_mailbox', 403],
  ] as const) {
    const headers = { host: 'localhost:8787', authorization, 'content-type': 'application/json' };
    for (const [path, body] of [
      ['/mailbox/api/emails', mail],
      ['/mailbox/api/emails/batch', [mail]],
    ] as const)
      expect((await world.request(path, { method: 'POST', headers, body, peer: HERE })).status).toBe(status);
  }
  const { data } = (await (
    await world.request('/mailbox/api/emails', { headers: { host: 'localhost:8787' } })
  ).json()) as { data: object[] };
  expect(data).toEqual([]);
});
