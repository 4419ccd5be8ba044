/**
 * The header of an answer that only this client may see, or that may be different a moment later. No cache keeps it.
 */
export const NO_STORE = { 'cache-control': 'no-store' };

/** Returns an answer with JSON that no cache keeps. */
export function answerJson(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(value, { status, headers: { ...NO_STORE, ...headers } });
}

/** Returns the answer 204, which says that the request is done and has no body. */
export function answerNothing(): Response {
  return new Response(null, { status: 204, headers: NO_STORE });
}
