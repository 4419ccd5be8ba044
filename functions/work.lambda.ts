import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { resendSettings, startOnAws } from './adapters/aws-start.ts';
import { callbackClient } from './adapters/callback-client.ts';
import { cloudFrontCdn } from './adapters/cloudfront-cdn.ts';
import { resendMailer } from './adapters/resend-mailer.ts';
import { required } from './config.ts';
import { handleRecords } from './delivery/handle-records.ts';
import { handleWork } from './delivery/handle-work.ts';
import { feedCache } from './feeds/feed-cache.ts';

const base = await startOnAws(process.env);
const services = {
  ...base,
  cdn: cloudFrontCdn(required(process.env, 'DISTRIBUTION_ID')),
  callbacks: callbackClient({ site: base.config.baseUrl }),
  feedCache: feedCache(),
  mailer: resendMailer(resendSettings(base.config)),
};

/** The work queue: plan a shard, send a batch, tell the edge of a change. The hub's: verify, distribute, try again. */
export function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  return handleRecords(event, (message) => handleWork(services, message), services.log);
}
