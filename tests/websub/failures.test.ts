import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import type { CallbackAnswer } from '../../functions/websub/callbacks.ts';
import { postStory } from '../support/newsroom.ts';
import { hub, minutes, subscribe, tellSubscribers, withSubscribers } from './hub.ts';
import { type Behaviour, receiver } from './receiver.ts';

/** Answers deliveries with `answer` as long as `while_` returns true. Challenges are always confirmed. */
function deliveries(answer: (response: ServerResponse) => void, while_: () => boolean): Behaviour {
  return (request, response) => {
    // Each delivery has a connection of its own. A connection that is closed then counts as the answer to its delivery.
    response.setHeader('connection', 'close');
    const applies = request.method === 'POST' && while_();
    if (applies) answer(response);
    return applies;
  };
}

function answering(status: number, while_: () => boolean): Behaviour {
  return deliveries((response) => response.writeHead(status).end(), while_);
}

it('a delivery that is answered 410 ends the subscription', async () => {
  const world = await hub();
  const { url, delivered } = await receiver(answering(410, () => true));
  await subscribe(world, `${url}/cb`);
  for (let i = 0; i < 2; i++) {
    await postStory(world);
    await tellSubscribers(world);
  }
  await minutes(world, 5);
  expect(delivered('/cb')).toHaveLength(1);
});

it('an error, a redirect or a closed connection is retried with growing pauses, and the subscription stays', async () => {
  const answers: Record<string, (response: ServerResponse) => void> = {
    '/500': (response) => response.writeHead(500).end(),
    '/404': (response) => response.writeHead(404).end(),
    '/redirects': (response) => response.writeHead(307, { location: '/elsewhere' }).end(),
    '/closes': (response) => response.destroy(),
  };
  const world = await hub();
  let fails = true;
  const { url, delivered } = await receiver((request, response) =>
    deliveries(
      (failed) => answers[request.path]?.(failed),
      () => fails,
    )(request, response),
  );
  const paths = Object.keys(answers);
  for (const path of paths) await subscribe(world, `${url}${path}`);
  const counts = () => paths.map((path) => delivered(path).length);
  await postStory(world, { title: 'Again and again' });
  await tellSubscribers(world);
  expect(counts()).toEqual([1, 1, 1, 1]);
  for (const [at, pause] of [10, 30, 90, 270].entries()) {
    world.pass((pause - 1) * 1000);
    await world.queue.drain();
    expect(counts(), `before the pause of ${pause} seconds ends`).toEqual(paths.map(() => at + 1));
    world.pass(1000);
    await world.queue.drain();
    expect(counts(), `after a pause of ${pause} seconds`).toEqual(paths.map(() => at + 2));
  }
  expect(delivered('/elsewhere')).toEqual([]);
  fails = false;
  await minutes(world, 14);
  expect(counts()).toEqual([6, 6, 6, 6]);
  for (const path of paths) expect(delivered(path).at(-1)?.body.toString()).toContain('Again and again');
  await minutes(world, 60, 10);
  expect(counts()).toEqual([6, 6, 6, 6]);
  await postStory(world);
  await tellSubscribers(world);
  expect(counts()).toEqual([7, 7, 7, 7]);
});

it('a retry is not made if a later delivery has succeeded, because that sent the current document', async () => {
  const world = await hub();
  let fails = true;
  const { url, delivered } = await receiver(answering(503, () => fails));
  await subscribe(world, `${url}/cb`);
  await postStory(world);
  await tellSubscribers(world);
  fails = false;
  await postStory(world, { title: 'The later one' });
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(2);
  expect(delivered('/cb')[1]?.body.toString()).toContain('The later one');
  await minutes(world, 10);
  expect(delivered('/cb')).toHaveLength(2);
});

it('a retry whose message is lost is found by the sweep', async () => {
  const world = await hub({ faults: { lose: ({ kind }) => kind === 'redeliver' } });
  let fails = true;
  const { url, delivered } = await receiver(answering(503, () => fails));
  await subscribe(world, `${url}/cb`);
  await postStory(world);
  await tellSubscribers(world);
  fails = false;
  world.pass(60_000);
  await world.queue.drain();
  expect(delivered('/cb')).toHaveLength(1);
  await minutes(await hub({ sharing: world }), 1);
  expect(delivered('/cb')).toHaveLength(2);
});

it('a subscriber that is down until its lease ends is tried some times a day, and not after the lease', async () => {
  const world = await hub();
  const { url, delivered } = await receiver(answering(500, () => true));
  await subscribe(world, `${url}/cb`, { 'hub.lease_seconds': '172800' });
  await postStory(world);
  await tellSubscribers(world);
  for (let hour = 2; hour < 48; hour += 2) {
    world.pass(2 * 3_600_000);
    await world.sweep();
    await world.queue.drain();
  }
  const before = delivered('/cb').length;
  expect(before).toBeGreaterThan(10);
  expect(before).toBeLessThan(20);
  await postStory(world);
  await tellSubscribers(world);
  expect(delivered('/cb'), 'it is long down, and waits for its retry').toHaveLength(before);
  world.pass(2 * 3_600_000);
  await minutes(world, 10);
  expect(delivered('/cb')).toHaveLength(before);
});

it('a failed delivery is still retried after its subscription was renewed', async () => {
  const world = await hub();
  let fails = true;
  const { url, delivered } = await receiver(answering(503, () => fails));
  await subscribe(world, `${url}/cb`);
  await postStory(world);
  await tellSubscribers(world);
  await subscribe(world, `${url}/cb`, { 'hub.secret': 'new' });
  fails = false;
  await minutes(world, 1);
  expect(delivered('/cb')).toHaveLength(2);
  expect(delivered('/cb')[1]?.headers['x-hub-signature']).toMatch(/^sha256=/);
});

it('callbacks that hang do not delay the other callbacks, and are tried again', async () => {
  const ok: CallbackAnswer = { kind: 'answered', status: 200, body: '' };
  const delivered: string[] = [];
  const others = Promise.withResolvers<void>();
  let hangs = true;
  const world = await hub({
    callbacks: {
      get: async () => ok,
      async post(callback) {
        const { hostname, pathname } = new URL(callback);
        if (hangs && hostname === 'hangs.example') {
          // This callback does not answer before all others have their delivery. If they waited for it, the test would never end.
          await others.promise;
          return { kind: 'silent', reason: 'it did not answer within 10 seconds' };
        }
        delivered.push(pathname);
        if (delivered.length === 70) others.resolve();
        return ok;
      },
    },
  });
  const healthy = await withSubscribers(world, 'https://reader.example', 70, '/well-');
  const hanging = await withSubscribers(world, 'https://hangs.example', 6, '/hang-');
  await postStory(world);
  await tellSubscribers(world);
  expect(delivered.toSorted()).toEqual(healthy.toSorted());
  hangs = false;
  await minutes(world, 2);
  expect(delivered.toSorted()).toEqual([...healthy, ...hanging].toSorted());
});

it('a kept connection that the subscriber closed is replaced at once', async () => {
  const world = await hub();
  const used = new WeakSet<object>();
  const { url, delivered } = await receiver(({ method }, response) => {
    const socket = response.socket ?? response;
    if (method === 'POST' && used.has(socket)) response.destroy();
    used.add(socket);
    return response.destroyed;
  });
  await subscribe(world, `${url}/cb`);
  await postStory(world);
  await tellSubscribers(world);
  expect(delivered('/cb')).toHaveLength(2);
  await minutes(world, 5);
  expect(delivered('/cb')).toHaveLength(2);
});

it('an endless answer to a delivery is not read to its end', async () => {
  const world = await hub();
  let written = 0;
  const { url, delivered } = await receiver(
    deliveries(
      (response) => {
        response.writeHead(200);
        const chunk = Buffer.alloc(65_536);
        const more = () => {
          while (!response.destroyed && written < 1e8) {
            written += chunk.byteLength;
            if (!response.write(chunk)) return;
          }
        };
        response.on('drain', more);
        more();
      },
      () => true,
    ),
  );
  await subscribe(world, `${url}/cb`);
  await postStory(world);
  await tellSubscribers(world);
  await minutes(world, 3);
  expect(delivered('/cb')).toHaveLength(1);
  expect(written).toBeLessThan(1e7);
});

it('many edits count as one outage, so a subscriber that is back gets the next edit or retry', async () => {
  const world = await hub();
  let fails = true;
  const { url, delivered } = await receiver(answering(503, () => fails));
  await subscribe(world, `${url}/cb`);
  for (let edit = 0; edit < 8; edit++) {
    await postStory(world);
    await tellSubscribers(world);
  }
  const failed = delivered('/cb').length;
  fails = false;
  await postStory(world, { title: 'After the outage' });
  await minutes(world, 3);
  expect(delivered('/cb').length).toBeGreaterThan(failed);
  expect(delivered('/cb').at(-1)?.body.toString()).toContain('After the outage');
});

it('a failed delivery is retried for a subscription that ended while a retry was planned and was made again', async () => {
  const world = await hub();
  let status = 503;
  const { url, delivered } = await receiver(
    deliveries(
      (response) => response.writeHead(status).end(),
      () => status !== 200,
    ),
  );
  const edit = async (title: string) => {
    await postStory(world, { title });
    await tellSubscribers(world);
  };
  await subscribe(world, `${url}/cb`);
  await edit('Fails');
  // The retry fails too, so the next one is booked for a later time.
  await minutes(world, 1);
  status = 410;
  await edit('Ends the subscription');
  status = 503;
  await subscribe(world, `${url}/cb`);
  await edit('Fails again');
  status = 200;
  const failed = delivered('/cb').length;
  // By now both booked retries are due, and they name the same subscription.
  world.pass(3_600_000);
  await minutes(world, 1);
  const repeated = delivered('/cb').slice(failed);
  expect(repeated.map(({ body }) => body.toString())).toEqual([expect.stringContaining('Fails again')]);
});

it('a subscriber that renews after a long outage gets at once what it missed', async () => {
  const world = await hub();
  let fails = true;
  const { url, delivered } = await receiver(answering(503, () => fails));
  await subscribe(world, `${url}/cb`);
  await postStory(world, { title: 'Missed' });
  await tellSubscribers(world);
  await minutes(world, 180, 10);
  fails = false;
  const failed = delivered('/cb').length;
  world.pass(1000);
  await subscribe(world, `${url}/cb`);
  await minutes(world, 2);
  expect(
    delivered('/cb')
      .slice(failed)
      .map(({ body }) => body.toString()),
  ).toEqual([expect.stringContaining('Missed')]);
});
