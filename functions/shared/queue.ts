import type { Log } from './log.ts';

/** What waits to be done. A message carries ids, never state: the table decides what is still to do. */
export type Message =
  /** An article was changed: carry out what its event in the outbox asks for. */
  | { kind: 'outbox'; id: string }
  /** An event asks for a mail to somebody, such as the confirmation of a sign-up. */
  | { kind: 'letter'; outboxId: string }
  /** Select, compose and freeze an issue. */
  | { kind: 'compose'; edition: string; slot: string }
  /** Page a part of an edition's readers into batches. */
  | { kind: 'plan'; edition: string; slot: string; part: number }
  | { kind: 'send'; edition: string; slot: string; batch: string }
  /** Stop the issues of editions that are stopped. */
  | { kind: 'stop' }
  /** Ask a callback whether it wants what was requested in its name (WebSub). */
  | { kind: 'verify'; id: string }
  /** Send a feed's WebSub subscribers what it has now. */
  | { kind: 'distribute'; feed: string }
  /** Try those again whose time has come. */
  | { kind: 'redeliver' };

/** At least once: it may repeat, reorder and lose. What was lost, the sweep finds again. */
export type Queue = {
  /** `delaySeconds` is 0 to 900. */
  send(messages: Message[], delaySeconds?: number): Promise<void>;
};

/** Messages whose work renders a mail: they go to the tick function, the only one that has MJML. */
export function isForComposeQueue({ kind }: Message): boolean {
  return kind === 'compose' || kind === 'letter';
}

/** Messages of the hub: they wait for strangers' servers, and so in a queue of their own, that no mail stands in. */
export function isForWebSub({ kind }: Message): boolean {
  return kind === 'verify' || kind === 'distribute' || kind === 'redeliver';
}

/** Sends what can also be found by the sweep: a failure is logged and costs a minute, not the request. */
export async function handOver(queue: Queue, log: Log, messages: Message[], delaySeconds = 0): Promise<void> {
  try {
    await queue.send(messages, delaySeconds);
  } catch (error) {
    log.warn('the queue did not take a message; the sweep will', { messages: messages.length, error });
  }
}
