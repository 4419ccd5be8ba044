import { createPublicApp } from './app.ts';
import { feedCache } from './feeds/feed-cache.ts';
import { startOnAws } from './start/aws-start.ts';
import { lambdaHandler } from './start/lambda-answer.ts';

const services = { ...(await startOnAws(process.env)), feedCache: feedCache() };

/**
 * The function that answers readers: feeds, pages, sign-up and the links in mails. CloudFront stands in front of it.
 */
export const handler = lambdaHandler(createPublicApp(services), services.log);
