/** What only the asker may see, or what may be different a moment later: no cache keeps it. */
export const NO_STORE = { 'cache-control': 'no-store' };

/** Answers with JSON that no cache keeps. */
export function answerJson(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(value, { status, headers: { ...NO_STORE, ...headers } });
}

/** Answers 204: it is done, and there is nothing to say about it. */
export function answerNothing(): Response {
  return new Response(null, { status: 204, headers: NO_STORE });
}
