import { lambdaPreviews } from './adapters/aws/lambda-previews.ts';
import { secrets } from './adapters/random.ts';
import { createEditorApp } from './app.ts';
import { required } from './config.ts';
import { feedCache } from './feeds/feed-cache.ts';
import { startOnAws } from './start/aws-start.ts';
import { lambdaHandler } from './start/lambda-answer.ts';
import { LAMBDA_LIMITS } from './subscribers/csv-limits.ts';

const services = {
  ...(await startOnAws(process.env)),
  feedCache: feedCache(),
  csvLimits: LAMBDA_LIMITS,
  previews: lambdaPreviews(required(process.env, 'TICK_FUNCTION_NAME')),
  secrets,
};

/** The function that answers the addresses below `/api`, which are for editors and their systems. */
export const handler = lambdaHandler(createEditorApp(services), services.log);
