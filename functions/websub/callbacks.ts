/** A client that sends requests to addresses that strangers chose. */
export type Callbacks = {
  get(url: string): Promise<CallbackAnswer>;
  post(url: string, headers: Record<string, string>, body: Uint8Array): Promise<CallbackAnswer>;
};

export type CallbackAnswer =
  /** The callback answered. `body` is cut after a few kilobytes. Redirects are not followed and are answers too. */
  | { kind: 'answered'; status: number; body: string }
  /** The name, the connection or TLS failed, or the answer did not come in time. */
  | { kind: 'silent'; reason: string }
  /** The name of the callback leads to an address to which nothing is sent. */
  | { kind: 'forbidden'; reason: string };

export function isSuccess(answer: CallbackAnswer): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}

export function describeAnswer(answer: CallbackAnswer): string {
  return answer.kind === 'answered' ? `it answered ${answer.status}` : answer.reason;
}

/** Returns the host of a callback for the log. The rest of the URL is often a secret of the subscriber. */
export function hostOf(callback: string): string {
  return new URL(callback).host;
}
