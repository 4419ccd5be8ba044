import { NO_STORE } from '../shared/answer-json.ts';
import { messagePage } from './message-page.ts';
import type { Html, PageContext } from './page-context.ts';

/** The headers of pages: how long they may be cached, and what they may load. */

/** For pages that are the same for every reader of a language. Anybody may cache them for a minute. */
export const SHARED = {
  'cache-control': 'public, max-age=60, s-maxage=60, stale-while-revalidate=60, stale-if-error=86400',
  vary: 'Accept-Language',
};

/** What a page may load. It may run no script. Its forms may post to this site only. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src https: http: data:; media-src https: http:; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'";
/** A page that shows addresses of feeds runs one of our scripts. */
export const SCRIPT_POLICY = `${PAGE_POLICY}; script-src 'self'`;
/** The web version of a mail has inline styles. */
export const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src https: http:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': PAGE_POLICY,
  'referrer-policy': 'strict-origin-when-cross-origin',
};

/** Answers with a page that has a short message in the reader's language. */
export function message(
  context: PageContext,
  name:
    | 'not-found'
    | 'not-here'
    | 'gone'
    | 'not-yet'
    | 'skipped'
    | 'check-inbox'
    | 'confirmed'
    | 'expired'
    | 'no-draft'
    | 'left'
    | 'link-sent'
    | 'address-changed'
    | 'erased'
    | 'not-mailable'
    | 'too-many'
    | 'failed',
  status: number,
  headers: Record<string, string> = {},
): Promise<Response> {
  const { phrases } = context;
  const body = messagePage(context, {
    title: phrases(`page.message.${name}.title`),
    text: phrases(`page.message.${name}.text`),
    robots: 'noindex',
  });
  return page(body, { ...NO_STORE, ...headers }, status);
}

/** Answers with a page. `headers` come on top of those that every page has. */
export async function page(
  body: Html | string,
  headers: Record<string, string>,
  status = 200,
): Promise<Response> {
  return new Response(String(await body), {
    status,
    headers: { ...PAGE_HEADERS, ...headers },
  });
}

/** Answers with a file that pages load. `maxAge` is in seconds. */
export function asset(text: string, type: string, maxAge: number): Response {
  return new Response(text, {
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'cache-control': `public, max-age=${maxAge}, stale-while-revalidate=${maxAge}, stale-if-error=604800`,
    },
  });
}
