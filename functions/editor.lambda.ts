import { handle } from 'hono/aws-lambda';
import { startOnAws } from './adapters/aws-start.ts';
import { lambdaPreviews } from './adapters/lambda-previews.ts';
import { secrets } from './adapters/secrets.ts';
import { createEditorApp } from './app.ts';
import { required } from './config.ts';
import { feedCache } from './feeds/feed-cache.ts';
import { LAMBDA_LIMITS } from './subscribers/csv-limits.ts';

/** `/api`: authenticated writes. */
export const handler = handle(
  createEditorApp({
    ...(await startOnAws(process.env)),
    feedCache: feedCache(),
    csvLimits: LAMBDA_LIMITS,
    previews: lambdaPreviews(required(process.env, 'TICK_FUNCTION_NAME')),
    secrets,
  }),
);
