import { prefersHtml } from './feeds/prefers-html.ts';

/**
 * CloudFront runs this before it looks into its cache for a feed. Of a thousand different Accept headers it makes two,
 * so that there are two copies of a feed's address and not a thousand: the document, and the page for people.
 */

type Header = { value: string; multiValue?: { value: string }[] };
/** CloudFront Functions, "event structure": names of headers are lower case; the same one twice is in `multiValue`. */
type ViewerRequest = { headers: Record<string, Header> };

export function handler(event: { request: ViewerRequest }): ViewerRequest {
  const headers = event.request.headers;
  const html = prefersHtml(wholeValue(headers.accept));
  headers.accept = { value: html ? 'text/html' : '*/*' };
  // The page may be in the reader's language; the document is the same for all.
  if (!html) delete headers['accept-language'];
  return event.request;
}

function wholeValue(header: Header | undefined): string | undefined {
  if (!header) return undefined;
  return header.multiValue ? header.multiValue.map((each) => each.value).join(',') : header.value;
}
