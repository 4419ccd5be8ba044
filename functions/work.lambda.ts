import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { cloudFrontCdn } from './adapters/aws/cloudfront-cdn.ts';
import { callbackClient } from './adapters/http/callback-client.ts';
import { required } from './config.ts';
import { feedCache } from './feeds/feed-cache.ts';
import { mailerOf } from './start/aws-mailer.ts';
import { startOnAws } from './start/aws-start.ts';
import { handleRecords, handleWork } from './work/handle-work.ts';

const base = await startOnAws(process.env);
const services = {
  ...base,
  cdn: cloudFrontCdn(required(process.env, 'DISTRIBUTION_ID')),
  callbacks: callbackClient({ site: base.config.baseUrl }),
  feedCache: feedCache(),
  mailer: mailerOf(base),
};

/**
 * The function that carries out the messages of two queues. Those of the work queue plan and send issues and carry out
 * changes of articles. Those of the hub's queue verify subscriptions, distribute feeds and repeat failed deliveries.
 */
export function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  return handleRecords(event, (message) => handleWork(services, message), services.log);
}
