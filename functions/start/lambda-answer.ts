import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Hono } from 'hono';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import type { Log } from '../shared/log.ts';
import { problemResponse } from '../shared/problem.ts';

/** Lambda refuses a larger answer, which it measures as JSON (Lambda, quotas: 6 MB for a synchronous answer). */
const MOST_JSON_BYTES = 6_291_556;
/** The answer that Lambda gets is smaller than three times its body, so that smaller bodies need not be measured. */
const SMALL_CHARACTERS = 1_000_000;

type Answer = APIGatewayProxyStructuredResultV2;

/**
 * Makes the handler of a function that answers HTTP. Text goes into the answer's JSON, in which each quote and line end
 * takes two bytes. Text for which base64 is shorter is written in base64, so that any body of 4.5 MB fits.
 */
export function lambdaHandler(app: Hono, log: Log) {
  const answer = handle(app);
  return async (event: LambdaEvent, context?: LambdaContext): Promise<Answer> => {
    const given = (await answer(event, context)) as Answer;
    if ((given.body?.length ?? 0) < SMALL_CHARACTERS) return given;
    const fitted = shorter(given);
    if (jsonBytes(fitted) <= MOST_JSON_BYTES) return fitted;
    const path = 'rawPath' in event ? event.rawPath : undefined;
    log.error('an answer is too large for Lambda', { path, bytes: jsonBytes(fitted), most: MOST_JSON_BYTES });
    const problem = problemResponse({ kind: 'failed' });
    return {
      statusCode: problem.status,
      headers: Object.fromEntries(problem.headers),
      body: await problem.text(),
      isBase64Encoded: false,
    };
  };
}

function shorter(answer: Answer): Answer {
  if (answer.isBase64Encoded) return answer;
  const body = Buffer.from(answer.body ?? '').toString('base64');
  return body.length < jsonBytes(answer.body) ? { ...answer, body, isBase64Encoded: true } : answer;
}

const jsonBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? '');
