import type { Log } from './log.ts';

/** A piece of work in a queue. A message carries ids and no state, because the table decides what is still to do. */
export type Message =
  /** An article was changed: carry out what its event in the outbox asks for. */
  | { kind: 'outbox'; id: string }
  /** Mail what an event in the outbox asks for, such as the confirmation of a sign-up. */
  | { kind: 'letter'; outboxId: string }
  /** Select, compose and freeze an issue. */
  | { kind: 'compose'; edition: string; slot: string }
  /** Divide a part of an edition's readers into batches. */
  | { kind: 'plan'; edition: string; slot: string; part: number }
  /** Send a batch of an issue. */
  | { kind: 'send'; edition: string; slot: string; batch: string }
  /** Stop the issues of the editions that are stopped. */
  | { kind: 'stop' }
  /** Ask a WebSub callback whether it wants the subscription that was requested for it. */
  | { kind: 'verify'; id: string }
  /** Send the present document of a feed to its WebSub subscribers. */
  | { kind: 'distribute'; feed: string }
  /** Repeat the failed WebSub deliveries that are due. */
  | { kind: 'redeliver' };

/** A queue may repeat, reorder and lose messages. The sweep finds the work of a lost message again. */
export type Queue = {
  /** Sends messages that arrive after `delaySeconds`, which is 0 to 900. */
  send(messages: Message[], delaySeconds?: number): Promise<void>;
};

/**
 * Sends messages whose work the sweep would find too. If the queue fails, the log says so, the work is done a minute or
 * two later, and the request that caused it still succeeds.
 */
export async function handOver(queue: Queue, log: Log, messages: Message[], delaySeconds = 0): Promise<void> {
  try {
    await queue.send(messages, delaySeconds);
  } catch (error) {
    log.warn('the queue did not take messages; the sweep will send them again within two minutes', {
      messages: messages.length,
      error,
    });
  }
}

/**
 * Checks whether the work of a message renders a mail. Such messages go to the tick function, the only one that has
 * MJML.
 */
export function isForComposeQueue({ kind }: Message): boolean {
  return kind === 'compose' || kind === 'letter';
}

/**
 * Checks whether a message is for the WebSub hub. The hub waits for the servers of strangers, so no mail may wait in
 * the same queue.
 */
export function isForWebSub({ kind }: Message): boolean {
  return kind === 'verify' || kind === 'distribute' || kind === 'redeliver';
}
