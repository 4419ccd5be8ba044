import type { Log } from './log.ts';
import { unknownKind } from './unknown-kind.ts';

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

/**
 * The fields that each message must have, all of them text. `part` of `plan` is not among them, because older versions
 * sent none.
 */
const FIELDS: Record<Message['kind'], readonly string[]> = {
  outbox: ['id'],
  letter: ['outboxId'],
  compose: ['edition', 'slot'],
  plan: ['edition', 'slot'],
  send: ['edition', 'slot', 'batch'],
  stop: [],
  verify: ['id'],
  distribute: ['feed'],
  redeliver: [],
};

/**
 * Reads a message. Throws if this version does not know its kind or its form, because a newer version has sent it. Such
 * a message must not count as done.
 */
export function readMessage(body: string): Message {
  const message: Record<string, unknown> = JSON.parse(body) ?? {};
  const kind = String(message.kind);
  if (!Object.hasOwn(FIELDS, kind)) throw unknownKind('message', kind as never);
  const missing = FIELDS[kind as Message['kind']].filter((name) => typeof message[name] !== 'string');
  if (missing.length > 0)
    throw new Error(
      `a message of the kind ${kind} has no ${missing.join(' and no ')}; another version has sent it`,
    );
  return message as Message;
}

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
