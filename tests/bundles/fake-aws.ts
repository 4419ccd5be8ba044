import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Json, mayTouch, type Statement } from '../infra/policy.ts';

/** Servers on 127.0.0.1 that stand in for AWS and the mail provider, and remember the requests that they got. */

export type Server = { url: string; stop(): Promise<void> };
type Answer = { status: number; body: string; type?: string };

export async function serve(
  answer: (request: IncomingMessage, body: string) => Answer | Promise<Answer>,
): Promise<Server> {
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { status, body: text, type = 'application/x-amz-json-1.0' } = await answer(request, body);
    response.writeHead(status, { 'content-type': type }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const target = ({ headers }: IncomingMessage) => String(headers['x-amz-target']).split('.')[1] ?? '';
const json = (value: unknown): Answer => ({ status: 200, body: JSON.stringify(value) });
const refuse = (type: string, message: string): Answer => ({
  status: 400,
  body: JSON.stringify({ __type: type, message }),
});

export function secretsManager(arn: string, secret: Record<string, string>): Promise<Server> {
  return serve((request, body) =>
    target(request) === 'GetSecretValue' && JSON.parse(body).SecretId === arn
      ? json({ ARN: arn, Name: 'secret', SecretString: JSON.stringify(secret) })
      : refuse('ResourceNotFoundException', body),
  );
}

/** Queues by their URL. A test takes the messages out and delivers them itself. */
export async function sqs(): Promise<Server & { take(queueUrl: string): string[] }> {
  const queues = new Map<string, string[]>();
  const server = await serve((request, body) => {
    if (target(request) !== 'SendMessageBatch') return refuse('UnsupportedOperation', target(request));
    const { QueueUrl, Entries } = JSON.parse(body) as {
      QueueUrl: string;
      Entries: { Id: string; MessageBody: string }[];
    };
    queues.set(QueueUrl, [...(queues.get(QueueUrl) ?? []), ...Entries.map(({ MessageBody }) => MessageBody)]);
    return json({
      Successful: Entries.map(({ Id, MessageBody }) => ({
        Id,
        MessageId: Id,
        // The client compares this hash with its own.
        MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
      })),
      Failed: [],
    });
  });
  return {
    ...server,
    take(queueUrl) {
      const messages = queues.get(queueUrl) ?? [];
      queues.delete(queueUrl);
      return messages;
    },
  };
}

export async function cloudFront(): Promise<Server & { invalidations: { path: string; body: string }[] }> {
  const invalidations: { path: string; body: string }[] = [];
  const server = await serve((request, body) => {
    invalidations.push({ path: request.url ?? '', body });
    return {
      status: 201,
      type: 'text/xml',
      body: '<Invalidation><Id>I1</Id><Status>InProgress</Status></Invalidation>',
    };
  });
  return { ...server, invalidations };
}

/** Calls one function for another, as `Invoke` does, and waits for the answer. */
export function lambdaService(
  invoke: (functionName: string, event: Json) => Promise<unknown>,
): Promise<Server> {
  return serve(async (request, body) => {
    const name = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '')?.[1];
    if (!name) return refuse('ResourceNotFoundException', request.url ?? '');
    const answer = (await invoke(decodeURIComponent(name), JSON.parse(body))) ?? null;
    return { status: 200, type: 'application/json', body: JSON.stringify(answer) };
  });
}

export type MailRequest = { path: string; key: string; mails: Json[] };

export async function mailProvider(): Promise<Server & { requests: MailRequest[] }> {
  const requests: MailRequest[] = [];
  const server = await serve((request, body) => {
    const mails = JSON.parse(body) as Json[];
    requests.push({ path: request.url ?? '', key: String(request.headers['idempotency-key']), mails });
    const data = mails.map((_, index) => ({ id: `mail-${requests.length}-${index}` }));
    return { status: 200, type: 'application/json', body: JSON.stringify({ data }) };
  });
  return { ...server, requests };
}

/**
 * DynamoDB as a role sees it. A request that the policy of the role does not allow is refused, as IAM would refuse it,
 * and is remembered in `denied`. The embedded database answers all other requests.
 */
export async function dynamoAs(
  statements: Statement[],
  database: string,
): Promise<Server & { denied: string[] }> {
  const denied: string[] = [];
  const server = await serve(async (request, body) => {
    const refused = touches(target(request), JSON.parse(body)).filter(
      ({ action, partitions }) => !mayTouch(statements, `dynamodb:${action}`, partitions),
    );
    if (refused.length > 0) {
      const list = refused.map(({ action, partitions }) => `${action} ${partitions.join(' ')}`);
      denied.push(...list);
      return refuse(
        'com.amazon.coral.service#AccessDeniedException',
        `not authorized to perform ${list.join(', ')}`,
      );
    }
    const { host: _host, 'content-length': _length, connection: _connection, ...headers } = request.headers;
    const answer = await fetch(database, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body,
    });
    return { status: answer.status, body: await answer.text() };
  });
  return { ...server, denied };
}

type Touch = { action: string; partitions: string[] };

/** Returns the actions for which IAM checks one request, and the partitions of each action. */
function touches(operation: string, input: Json): Touch[] {
  switch (operation) {
    case 'GetItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [{ action: operation, partitions: [input.Key.pk.S] }];
    case 'PutItem':
      return [{ action: operation, partitions: [input.Item.pk.S] }];
    case 'Query': {
      const name = /\bpk = (:\w+)/.exec(input.KeyConditionExpression)?.[1] ?? '';
      return [{ action: operation, partitions: [input.ExpressionAttributeValues[name].S] }];
    }
    case 'BatchGetItem': {
      const keys = Object.values(input.RequestItems).flatMap((table) => (table as Json).Keys);
      return [{ action: operation, partitions: keys.map(({ pk }) => pk.S) }];
    }
    case 'TransactWriteItems':
      return input.TransactItems.map((item: Json) => {
        const [kind, request] = Object.entries(item)[0] as [string, Json];
        const action = kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`;
        return { action, partitions: [(request.Key ?? request.Item).pk.S] };
      });
    default:
      return [{ action: operation, partitions: [] }];
  }
}
