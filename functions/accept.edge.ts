import { prefersHtml } from './feeds/prefers-html.ts';

/**
 * CloudFront runs this before it looks for a feed in its cache. It reduces the many different Accept headers to two, so
 * that the cache holds two copies for the address of a feed: the document, and the page for people.
 */

type Header = { value: string; multiValue?: { value: string }[] };
/**
 * The event of a CloudFront function ("CloudFront Functions event structure"). Names of headers are in lower case. If a
 * header is given several times, `multiValue` has all of its values.
 */
type ViewerRequest = { headers: Record<string, Header> };

export function handler(event: { request: ViewerRequest }): ViewerRequest {
  const headers = event.request.headers;
  const html = prefersHtml(wholeValue(headers.accept));
  headers.accept = { value: html ? 'text/html' : '*/*' };
  // The page may be in the reader's language, but the document is the same for everybody. So the cache needs only one
  // copy of it.
  if (!html) delete headers['accept-language'];
  return event.request;
}

function wholeValue(header: Header | undefined): string | undefined {
  if (!header) return undefined;
  return header.multiValue ? header.multiValue.map((each) => each.value).join(',') : header.value;
}
