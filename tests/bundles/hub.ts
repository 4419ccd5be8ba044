import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { dueKey } from '../../functions/adapters/dynamo/dynamo-keys.ts';
import { dynamoWebSub } from '../../functions/adapters/dynamo/dynamo-websub.ts';
import { BASE_URL, type Deployment } from './deployment.ts';
import { deliver, request } from './lambda.ts';
import { newsroom } from './newsroom.ts';
import { FERRY } from './stories.ts';

/**
 * The hub of the shipped bundles. On Lambda the hub sends nothing to this machine, so no test can receive a callback.
 * The tests follow a request up to the check of the address.
 */
export function hubTests(deployed: () => Deployment): void {
  const { handles, post } = newsroom(deployed, []);
  const messages = () => deployed().queues.take(deployed().webSubQueue);
  const kinds = (bodies: string[]) => bodies.map((body) => JSON.parse(body).kind);
  const lastLine = () => JSON.parse(deployed().lambda('Work').lines().at(-1) ?? '{}');
  const past = () => deployed().now() - 60_000;
  const topic = `${BASE_URL}/atom.xml`;
  const callback = 'https://localhost:9/hook';

  test('POST /websub accepts a form, and the work function sends nothing to a callback at a private address', async () => {
    const form = { 'hub.mode': 'subscribe', 'hub.topic': topic, 'hub.callback': callback };
    const { status, bytes } = await request(deployed().lambda('Public'), 'POST', '/websub', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    expect([status, bytes.toString()]).toEqual([202, 'accepted: the callback will be asked to confirm\n']);
    const verify = messages();
    expect(kinds(verify)).toEqual(['verify']);
    await handles('Work', verify);
    expect(lastLine()).toMatchObject({
      message: 'a WebSub request was not confirmed',
      topic,
      answer: expect.stringMatching(/^it is at (127\.0\.0\.1|::1), where nothing is sent$/),
    });
  });

  test('a story has its feeds distributed to subscribers, and a delivery that fails is planned again', async () => {
    const { table } = deployed();
    const id = `${new Date(deployed().now()).toISOString()}#one`;
    await dynamoWebSub(table).subscribe(
      { id, mode: 'subscribe', topic, feed: '*', format: 'atom', callback, leaseSeconds: 600, attempts: 1 },
      deployed().now() + 600_000,
    );
    expect((await post('/api/articles', { ...FERRY, id: 'ferry-again' })).status).toBe(201);
    await handles('Work', deployed().queues.take(deployed().workQueue));
    const distribute = messages();
    expect(distribute.map((body) => JSON.parse(body))).toEqual([{ kind: 'distribute', feed: '*' }]);
    await table.client.send(new PutCommand({ TableName: table.name, Item: { ...dueKey('*'), at: past() } }));
    await handles('Work', distribute);
    expect(lastLine()).toMatchObject({ message: 'a feed was distributed', failed: 1, state: 'done' });
    expect(kinds(messages())).toEqual(['redeliver']);
  });

  test('a tick finds a delivery that is due again, and the work function tries it', async () => {
    const store = dynamoWebSub(deployed().table);
    const [subscription] = (await store.page('*', undefined, 1, deployed().now())).subscriptions;
    expect(subscription?.failures).toBe(1);
    if (subscription) await store.bookRetry(subscription, past());
    await deployed().tick();
    const found = messages();
    expect(kinds(found)).toEqual(['redeliver']);
    await handles('Work', found);
    expect(kinds(messages())).toEqual(['redeliver']);
  });

  test('of several messages only the message that failed comes again', async () => {
    const good = JSON.stringify({ kind: 'outbox', id: 'gone' });
    expect(await deliver(deployed().lambda('Work'), [good, '{"kind":', good])).toEqual({
      batchItemFailures: [{ itemIdentifier: 'message-1' }],
    });
  });
}
