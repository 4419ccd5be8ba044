import { handle } from 'hono/aws-lambda';
import { createPublicApp } from './app.ts';
import { feedCache } from './feeds/feed-cache.ts';
import { startOnAws } from './start/aws-start.ts';

/**
 * The function that answers readers: feeds, pages, sign-up and the links in mails. CloudFront stands in front of it.
 */
export const handler = handle(
  createPublicApp({ ...(await startOnAws(process.env)), feedCache: feedCache() }),
);
