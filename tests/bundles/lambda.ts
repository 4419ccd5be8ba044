import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { APIGatewayProxyStructuredResultV2, SQSBatchResponse } from 'aws-lambda';
import type { FunctionId } from '../infra/policy.ts';
import { functionOf, type Shipped } from './shipped.ts';

/** A shipped function in a process of its own, as Lambda runs it. */
export type Lambda = {
  invoke<Answer>(event: unknown): Promise<Answer>;
  /** Sets the clock of the function, which goes on from this time. `now` is in milliseconds since 1970. */
  setClock(now: number): Promise<void>;
  /** Returns the lines that the function wrote, as CloudWatch would get them. */
  lines(): string[];
  stop(): void;
};

/**
 * Starts a bundle with only the environment of its template. `values` are the values that CloudFormation would fill in
 * for the names there, and `elsewhere` has the endpoints that stand in for AWS.
 */
export async function startLambda(
  shipped: Shipped,
  id: FunctionId,
  values: Record<string, string>,
  elsewhere: Record<string, string>,
): Promise<Lambda> {
  const { properties, code } = functionOf(shipped, id);
  const [module, handler] = properties.Handler.split('.') as [string, string];
  const environment: Record<string, string> = {};
  for (const name of Object.keys(properties.Environment.Variables)) {
    const value = name === 'TEMPLATES_FOLDER' ? join(code, 'templates') : values[name];
    if (value === undefined) throw new Error(`the template sets ${name}, which this test has no value for`);
    environment[name] = value;
  }
  const child = fork(join(import.meta.dirname, 'runtime.ts'), [join(code, `${module}.mjs`), handler], {
    cwd: code,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH ?? '',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      AWS_LAMBDA_FUNCTION_NAME: id,
      ...environment,
      ...elsewhere,
    },
  });
  let written = '';
  child.stdout?.on('data', (chunk) => (written += chunk));
  child.stderr?.on('data', (chunk) => (written += chunk));
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  await ready(child, id, () => written);
  child.on('message', ({ id: call, answer, error }: { id: number; answer?: unknown; error?: string }) => {
    const { resolve, reject } = waiting.get(call) ?? {};
    waiting.delete(call);
    if (error === undefined) resolve?.(answer);
    else reject?.(new Error(error));
  });
  let calls = 0;
  function ask<Answer>(what: { event: unknown } | { now: number }): Promise<Answer> {
    calls += 1;
    const call = calls;
    return new Promise<Answer>((resolve, reject) => {
      waiting.set(call, { resolve: (answer) => resolve(answer as Answer), reject });
      child.send({ id: call, ...what });
    });
  }
  return {
    invoke: (event) => ask({ event }),
    setClock: (now) => ask({ now }),
    lines: () => written.split('\n').filter((line) => line !== ''),
    stop: () => void child.kill(),
  };
}

function ready(child: ChildProcess, id: string, written: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${id} ended with ${code}: ${written()}`)));
    child.once('message', (message: { ready: boolean; error?: string }) =>
      message.ready ? resolve() : reject(new Error(`${id} does not start: ${message.error}\n${written()}`)),
    );
  });
}

type HttpOptions = { headers?: Record<string, string>; body?: string | undefined };

/** Returns a request as API Gateway hands it on from CloudFront (payload format 2.0). */
export function httpEvent(method: string, url: string, { headers = {}, body }: HttpOptions = {}) {
  const { pathname, search } = new URL(url, 'https://d111.cloudfront.net');
  const type = headers['content-type'] ?? '';
  // API Gateway encodes a body in base64 if it does not know that the body is text. A form is such a body.
  const isBase64Encoded = body !== undefined && !/^(application\/json|text\/)/.test(type);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: pathname,
    rawQueryString: search.slice(1),
    headers: { host: 'api123.execute-api.us-east-1.amazonaws.com', 'x-forwarded-proto': 'https', ...headers },
    requestContext: {
      accountId: '123456789012',
      apiId: 'api123',
      domainName: 'api123.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'api123',
      http: {
        method,
        path: pathname,
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.7',
        userAgent: 'Amazon CloudFront',
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '22/Nov/2026:12:00:00 +0000',
      timeEpoch: 1795348800000,
    },
    ...(body !== undefined && { body: isBase64Encoded ? Buffer.from(body).toString('base64') : body }),
    isBase64Encoded,
  };
}

export type HttpAnswer = { status: number; headers: Record<string, string>; bytes: Buffer };

export async function request(
  lambda: Lambda,
  method: string,
  url: string,
  options: HttpOptions = {},
): Promise<HttpAnswer> {
  const answer = await lambda.invoke<APIGatewayProxyStructuredResultV2>(httpEvent(method, url, options));
  const headers = Object.entries(answer.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  return {
    status: answer.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    bytes: Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8'),
  };
}

/** Delivers messages to a function as SQS does. */
export function deliver(lambda: Lambda, bodies: string[]): Promise<SQSBatchResponse> {
  return lambda.invoke({
    Records: bodies.map((body, index) => ({
      messageId: `message-${index}`,
      receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1795348800000',
        SenderId: 'AIDAIENQZJOLO23YVJ4VO',
        ApproximateFirstReceiveTimestamp: '1795348800001',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:queue',
      awsRegion: 'us-east-1',
    })),
  });
}
