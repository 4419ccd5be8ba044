import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { callbackLookup } from '../../functions/adapters/http/callback-lookup.ts';

/** Starts a name server on this machine. It answers 203.0.113.7 for every name, but never answers for names that begin with "slow". */
async function nameServer(): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    const name = question.subarray(12);
    const isSlow = name.subarray(1, 5).toString() === 'slow';
    if (isSlow) return;
    const end = 12 + name.indexOf(0) + 5;
    const type = question.readUInt16BE(end - 4);
    const answer = Buffer.from(question.subarray(0, end));
    answer.writeUInt16BE(0x8180, 2);
    answer.writeUInt16BE(type === 1 ? 1 : 0, 6);
    answer.writeUInt16BE(0, 10);
    // A resource record (RFC 1035, 4.1.3): a pointer to the name in the question, type A, class IN, a TTL of a minute, four bytes.
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 7]);
    socket.send(type === 1 ? Buffer.concat([answer, record]) : answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void socket.close());
  return `127.0.0.1:${(socket.address() as AddressInfo).port}`;
}

type Found = { error: Error | null; addresses: unknown };
const resolved = (lookup: ReturnType<typeof callbackLookup>, name: string) =>
  new Promise<Found>((resolve) =>
    lookup(name, { all: true }, (error, addresses) => resolve({ error, addresses })),
  );

test('names whose name server does not answer delay no other name', async () => {
  const lookup = callbackLookup([await nameServer()], 300);
  let slowEnded = 0;
  const slow = Array.from({ length: 40 }, (_, n) =>
    resolved(lookup, `slow${n}.example`).then(({ error }) => {
      slowEnded += 1;
      return error;
    }),
  );
  const fast = await Promise.all(Array.from({ length: 20 }, (_, n) => resolved(lookup, `fast${n}.example`)));
  expect(slowEnded).toBe(0);
  for (const { error, addresses } of fast)
    expect([error, addresses]).toEqual([null, [{ address: '203.0.113.7', family: 4 }]]);
  for (const error of await Promise.all(slow)) expect(error).toBeInstanceOf(Error);
});
