import type { Hono } from 'hono';
import { createEditorApp } from '../../functions/app.ts';
import { lambdaHandler } from '../../functions/start/lambda-answer.ts';
import { LAMBDA_LIMITS } from '../../functions/subscribers/csv-limits.ts';
import { httpEvent } from '../bundles/lambda.ts';
import { OWNER_TOKEN, type World } from './installation.ts';

/** Lambda refuses an answer that has more bytes as JSON (Lambda, quotas: 6 MB). */
export const LAMBDA_BYTES = 6 * 1024 * 1024;

export type LambdaAnswer = {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The bytes of the answer as Lambda measures it. */
  bytes: number;
};

/**
 * Makes a request as API Gateway hands it to a function, with the owner's token. Addresses below `/api` go to the editor
 * function, with the limits that it has on AWS.
 */
export async function onLambda(
  world: World,
  method: string,
  url: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: string | undefined } = {},
): Promise<LambdaAnswer> {
  const app: Hono = /^(https:\/\/[^/]+)?\/api\//.test(url)
    ? createEditorApp({ ...world.services, csvLimits: LAMBDA_LIMITS })
    : world.app;
  const event = httpEvent(method, url, {
    headers: { authorization: `Bearer ${OWNER_TOKEN}`, ...headers },
    body,
  });
  const answer = await lambdaHandler(app, world.log)(event as never);
  const encoded = answer.body ?? '';
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers as Record<string, string>,
    body: answer.isBase64Encoded ? Buffer.from(encoded, 'base64').toString('utf8') : encoded,
    bytes: Buffer.byteLength(JSON.stringify(answer)),
  };
}
