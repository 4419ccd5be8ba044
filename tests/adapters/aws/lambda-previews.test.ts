import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lambdaPreviews } from '../../../functions/adapters/aws/lambda-previews.ts';

const REQUEST = { edition: 'daily', language: 'en', topics: [] };

let server: Server;
let answer: { body: string; error?: string };
const calls: { path: string; body: string }[] = [];
const before = { ...process.env };

beforeEach(async () => {
  calls.length = 0;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    calls.push({ path: request.url ?? '', body });
    response
      .writeHead(200, {
        'content-type': 'application/json',
        ...(answer.error && { 'x-amz-function-error': answer.error }),
      })
      .end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_LAMBDA: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
  });
});
afterEach(() => {
  process.env = { ...before };
  server.closeAllConnections();
  server.close();
});

test('a preview is requested from the tick function, and the answer is that of the function', async () => {
  const refusal = { kind: 'not-found', what: 'edition "daily"' };
  answer = { body: JSON.stringify({ ok: false, refusal }) };
  expect(await lambdaPreviews('tick').preview(REQUEST)).toEqual({ ok: false, refusal });
  expect(calls.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
    ['/2015-03-31/functions/tick/invocations', { kind: 'preview', request: REQUEST }],
  ]);
});

test('a function that fails makes the request for a preview fail', async () => {
  answer = { body: '{"errorMessage":"no template \\"digest\\""}', error: 'Unhandled' };
  await expect(lambdaPreviews('tick').preview(REQUEST)).rejects.toThrow(
    /the tick function failed: .*no template/,
  );
});
