/** Requests to addresses that strangers named. */
export type Callbacks = {
  get(url: string): Promise<CallbackAnswer>;
  post(url: string, headers: Record<string, string>, body: Uint8Array): Promise<CallbackAnswer>;
};

export type CallbackAnswer =
  /** `body` as far as the answer to a challenge could go. A redirect is an answer like others. */
  | { kind: 'answered'; status: number; body: string }
  /** No name, no connection, no TLS, or not in time. */
  | { kind: 'silent'; reason: string }
  /** Its name leads to an address that nothing is sent to. */
  | { kind: 'forbidden'; reason: string };

export function isSuccess(answer: CallbackAnswer): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
}

export function describeAnswer(answer: CallbackAnswer): string {
  return answer.kind === 'answered' ? `it answered ${answer.status}` : answer.reason;
}

/** For the log: the rest of a callback is the subscriber's own affair, and often a secret. */
export function hostOf(callback: string): string {
  return new URL(callback).host;
}
