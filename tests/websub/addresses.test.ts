import type { AddressInfo } from 'node:net';
import { createServer, type LookupFunction } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callbackClient } from '../../functions/adapters/http/callback-client.ts';
import { isPublicAddress } from '../../functions/websub/callback-address.ts';
import { setUp } from '../support/installation.ts';
import { postStory } from '../support/newsroom.ts';
import { fieldsOf, hub, minutes, post, subscribe, tellSubscribers } from './hub.ts';
import { at, receiver } from './receiver.ts';

/** IPv4 networks that are not part of the public internet (IANA's special-purpose registry), as first address and prefix. */
const PRIVATE: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
const PRIVATE_IPV6 = [
  '::',
  '::1',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  'fec0::1',
  'ff02::1',
  '100::1',
  '2001:db8::1',
  '4000::1',
  'e000::1',
];

const number = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const dotted = (n: number) => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.');
const halves = (n: number) => `${Math.floor(n / 65_536).toString(16)}:${(n % 65_536).toString(16)}`;

const privateNumber = fc
  .constantFrom(...PRIVATE)
  .chain(([first, prefix]) =>
    fc.integer({ min: 0, max: 2 ** (32 - prefix) - 1 }).map((rest) => number(first) + rest),
  );

/** Every way in which a URL may write an IPv4 address, or carry one in an IPv6 address. */
const SPELLINGS: ((n: number) => string)[] = [
  dotted,
  (n) => `${dotted(n)}.`,
  (n) => String(n),
  (n) => `0x${n.toString(16)}`,
  (n) => `0${n.toString(8)}`,
  (n) => `${Math.floor(n / 2 ** 24)}.${n % 2 ** 24}`,
  (n) =>
    `0x${Math.floor(n / 2 ** 24).toString(16)}.0${Math.floor((n / 65_536) % 256).toString(8)}.${n % 65_536}`,
  (n) => dotted(n).replaceAll('.', '%2e'),
  (n) => dotted(n).replace(/\d/, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  (n) => `[::ffff:${dotted(n)}]`,
  (n) => `[::ffff:${halves(n)}]`,
  (n) => `[0:0:0:0:0:FFFF:${halves(n).toUpperCase()}]`,
  (n) => `[::${dotted(n)}]`,
  (n) => `[::ffff:0:${halves(n)}]`,
  (n) => `[64:ff9b::${halves(n)}]`,
  (n) => `[64:ff9b:1::${halves(n)}]`,
  (n) => `[2002:${halves(n)}::1]`,
  (n) => `[2001:0:1234::${halves(n)}]`,
];

describe('a callback at a private address', () => {
  it('is refused with 400 in whichever way the address is written', async () => {
    const world = await setUp();
    await fc.assert(
      fc.asyncProperty(privateNumber, fc.constantFrom(...SPELLINGS), async (n, spell) => {
        const answer = await post(world, fieldsOf(`https://${spell(n)}/cb`));
        expect([spell(n), answer.status]).toEqual([spell(n), 400]);
        expect(await answer.text()).toMatch(/is not a public address|must be an absolute https URL/);
      }),
      { numRuns: 400 },
    );
    for (const address of PRIVATE_IPV6) {
      expect([address, (await post(world, fieldsOf(`https://[${address}]/cb`))).status]).toEqual([
        address,
        400,
      ]);
    }
    expect(world.queue.waiting()).toBe(0);
  });

  it('is never connected to, even if its name has a public address as well', async () => {
    await fc.assert(
      fc.asyncProperty(
        privateNumber.map(dotted).filter((address) => !address.startsWith('0.')),
        fc.boolean(),
        fc.boolean(),
        async (address, isFirst, mapped) => {
          const bad = mapped ? { address: `::ffff:${address}`, family: 6 } : { address, family: 4 };
          const good = { address: '8.8.8.8', family: 4 };
          const lookup = ((_name, options, done) => {
            expect(options.all).toBe(true);
            done(null, isFirst ? [bad, good] : [good, bad]);
          }) as LookupFunction;
          const { get, post: deliver } = callbackClient({ site: 'https://paper.example', lookup });
          const answers = [
            await get('https://rebind.example/'),
            await deliver('http://rebind.example/', {}, new Uint8Array()),
          ];
          for (const answer of answers) expect(answer).toMatchObject({ kind: 'forbidden' });
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    'http://127.0.0.1',
    'https://127.0.0.1',
    'https://2130706433',
    'http://[::ffff:7f00:1]',
    'https://0x7f.1',
    'http://localhost',
    'https://localhost',
  ])('gets no connection from %s', async (origin) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    const answer = await callbackClient({ site: 'https://paper.example' }).get(`${origin}:${port}/cb`);
    expect(answer).toMatchObject({ kind: 'forbidden' });
    expect(connections).toBe(0);
  });
});

it('callbacks at public addresses are allowed', () => {
  for (const address of [
    '8.8.8.8',
    '93.184.216.34',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450:4001::1',
  ])
    expect([address, isPublicAddress(address)]).toEqual([address, true]);
  for (const text of ['', 'localhost', '168.63.129.16', 'fe80::1%eth0'])
    expect([text, isPublicAddress(text)]).toEqual([text, false]);
});

/** In these tests 127.0.0.2 stands for a public address, and 127.0.0.1 for a private one. Both are on this machine. */
function worldWithNames(lookup: LookupFunction) {
  const mayConnect = (address: string) => address === '127.0.0.2';
  return hub({ callbacks: callbackClient({ site: 'https://paper.example', lookup, mayConnect }) });
}

it('a callback whose name had a public address when it was verified, and has a private one now, gets no delivery', async () => {
  let leadsTo = '127.0.0.2';
  const lookups: string[] = [];
  const world = await worldWithNames(((name, _options, done) => {
    lookups.push(name);
    done(null, [{ address: leadsTo, family: 4 }]);
  }) as LookupFunction);
  const outside = await receiver((_, response) => {
    response.setHeader('connection', 'close');
    return false;
  }, '127.0.0.2');
  const { port } = new URL(outside.url);
  const inside = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  let connections = 0;
  await new Promise<void>((resolve) => inside.listen(Number(port), '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => inside.close(() => resolve())));

  await subscribe(world, `http://rebind.example:${port}/cb`);
  await postStory(world);
  await tellSubscribers(world);
  expect(outside.delivered('/cb')).toHaveLength(1);
  leadsTo = '127.0.0.1';
  await postStory(world);
  await tellSubscribers(world);
  await minutes(world, 3);
  expect(outside.delivered('/cb')).toHaveLength(1);
  expect(connections).toBe(0);
  // Each connection uses the very lookup that was checked, so a second lookup cannot lead elsewhere.
  expect(lookups.length).toBeGreaterThan(3);
  leadsTo = '127.0.0.2';
  await minutes(world, 10);
  expect(outside.delivered('/cb')).toHaveLength(2);
});

it('a callback whose name has no address, or a private one, is not subscribed', async () => {
  const world = await worldWithNames(((name, _options, done) =>
    name === 'nowhere.example'
      ? done(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), [])
      : done(null, [{ address: '127.0.0.1', family: 4 }])) as LookupFunction);
  const { url, requests } = await receiver();
  for (const name of ['nowhere.example', 'private.example'])
    await subscribe(world, `http://${name}:${new URL(url).port}/cb`);
  await minutes(world, 15);
  expect(requests).toEqual([]);
  expect(world.log.lines.map(({ fields }) => fields?.answer).toSorted()).toEqual([
    'ENOTFOUND: getaddrinfo ENOTFOUND',
    'it is at 127.0.0.1, where nothing is sent',
  ]);
});

it('redirects into a private network are not followed, neither by a challenge nor by a delivery', async () => {
  const world = await worldWithNames(((_name, _options, done) =>
    done(null, [{ address: '127.0.0.2', family: 4 }])) as LookupFunction);
  const inside = await receiver();
  const outside = await receiver(
    (request, response) =>
      at('/verify', () => response.writeHead(302, { location: `${inside.url}/secret` }).end())(
        request,
        response,
      ) ||
      (request.method === 'POST' && !!response.writeHead(307, { location: `${inside.url}/secret` }).end()),
    '127.0.0.2',
  );
  const { port } = new URL(outside.url);
  for (const path of ['/verify', '/deliver']) await subscribe(world, `http://reader.example:${port}${path}`);
  await postStory(world);
  await tellSubscribers(world);
  await minutes(world, 2);
  expect(outside.asked('/verify')).toHaveLength(1);
  expect(outside.delivered('/deliver').length).toBeGreaterThan(1);
  expect(inside.requests).toEqual([]);
});
