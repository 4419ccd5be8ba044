import Negotiator from 'negotiator';
import { type FeedAddress, FORMAT_TYPES } from './feed-key.ts';

/** Whether a client would rather be shown a page: browsers say so; readers, and what takes anything, do not (RFC 9110, 12.5.1). */
export function prefersHtml(accept: string | undefined, { format }: FeedAddress): boolean {
  if (!accept?.includes('text/html')) return false;
  const negotiator = new Negotiator({ headers: { accept } });
  return negotiator.mediaTypes([FORMAT_TYPES[format], 'application/xml', 'text/html'])[0] === 'text/html';
}
