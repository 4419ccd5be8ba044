import type { Log } from './log.ts';
import type { Refusal } from './refusal.ts';
import { STORAGE_FAULTS, storageFaultOf } from './storage-fault.ts';

/** What the server on one machine knows about a request. Lambda hands over whole requests, and has no such message. */
type Incoming = { incoming?: { complete: boolean; destroyed: boolean } } | undefined;

/**
 * Logs that a handler threw, and returns the refusal that the client gets. `bindings` is what the server hands over beside the request. Only an error of ours is logged as an error with its
 * stack. A client that hangs up in the middle of its request is not one, and neither is a full disk.
 */
export function failedRequest(
  log: Log,
  error: Error,
  { method, path }: { method: string; path: string },
  bindings: unknown,
): Refusal {
  const incoming = (bindings as Incoming)?.incoming;
  if (incoming && !incoming.complete && incoming.destroyed) {
    log.info('a client hung up before it had sent its whole request', { method, path });
    return { kind: 'malformed', detail: 'The request ended before it was whole.' };
  }
  const fault = storageFaultOf(error);
  if (fault) {
    log.error(`a request failed: ${STORAGE_FAULTS[fault]}`, { method, path });
    return {
      kind: 'busy',
      detail: `This request was not carried out: ${STORAGE_FAULTS[fault]}.`,
      retryAfterSeconds: 60,
    };
  }
  log.error('a request failed', { method, path, error, stack: error.stack });
  return { kind: 'failed' };
}
