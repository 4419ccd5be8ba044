import { handle } from 'hono/aws-lambda';
import { createPublicApp } from './app.ts';
import { feedCache } from './feeds/feed-cache.ts';
import { startOnAws } from './start/aws-start.ts';

/** Behind CloudFront: feeds, pages, sign-up, the links in mails. */
export const handler = handle(
  createPublicApp({ ...(await startOnAws(process.env)), feedCache: feedCache() }),
);
