import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clock, Ids } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import { isForWebSub, type Message, type Queue } from '../../shared/queue.ts';

/** What SQS does to a consumer, in one process: the same records, the same partial failures, at least once. */
export type MemoryQueue = Queue & {
  /** Runs everything that is due, and what that brings, until nothing is left but what waits for a later time. */
  drain(): Promise<void>;
  /** Takes no more messages and waits for those in flight. What is left, the next start's sweep finds. */
  stop(): Promise<void>;
  waiting(): number;
};

export type SqsHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

/** Faults that a queue may have. A test sets them; each returns what becomes of a message. */
export type QueueFaults = {
  /** True: the message is lost. */
  lose?: (message: Message) => boolean;
  /** How often more it is delivered. */
  repeat?: (message: Message) => number;
  /** Reorders the messages that are due. */
  shuffle?: (messages: Message[]) => Message[];
};

type Options = {
  handler: (message: Message) => SqsHandler;
  clock: Clock;
  ids: Ids;
  log: Log;
  faults?: QueueFaults;
  /** Runs messages as they come. A test that wants to decide when leaves it off and drains. */
  automatic?: boolean;
};

type Waiting = { message: Message; due: number; receives: number };

/** After so many failures SQS moves a message to the dead letter queue. */
const MAX_RECEIVES = 5;
const RETRY_MILLISECONDS = 2_000;
/** Of mails and events, and of the hub's messages once more: those wait for strangers' servers. */
const CONCURRENCY = 4;

export function memoryQueue({
  handler,
  clock,
  ids,
  log,
  faults = {},
  automatic = false,
}: Options): MemoryQueue {
  const waiting: Waiting[] = [];
  const inFlight = new Map<Promise<void>, boolean>();
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const takeDue = (): Waiting[] => {
    const now = clock();
    const due = waiting.filter((entry) => entry.due <= now);
    const order = faults.shuffle?.(due.map((entry) => entry.message));
    return order ? due.sort((a, b) => order.indexOf(a.message) - order.indexOf(b.message)) : due;
  };

  const deliver = async (entry: Waiting): Promise<void> => {
    entry.receives += 1;
    const record = recordOf(entry, ids());
    let failed: boolean;
    try {
      const { batchItemFailures } = await handler(entry.message)({ Records: [record] });
      failed = batchItemFailures.length > 0;
    } catch (error) {
      log.error('a message failed', { message: entry.message, error });
      failed = true;
    }
    if (!failed) return;
    if (entry.receives >= MAX_RECEIVES)
      log.error('a message was given up; the sweep will find what it was for', { message: entry.message });
    else waiting.push({ ...entry, due: clock() + RETRY_MILLISECONDS });
  };

  const start = (entry: Waiting): Promise<void> => {
    waiting.splice(waiting.indexOf(entry), 1);
    const run = deliver(entry).finally(() => inFlight.delete(run));
    inFlight.set(run, isForWebSub(entry.message));
    return run;
  };

  const hasRoom = (forWebSub: boolean): boolean =>
    [...inFlight.values()].filter((each) => each === forWebSub).length < CONCURRENCY;

  const pump = (): void => {
    clearTimeout(timer);
    if (stopped) return;
    for (const entry of takeDue()) {
      if (hasRoom(isForWebSub(entry.message))) start(entry).then(pump);
    }
    let next = Number.POSITIVE_INFINITY;
    for (const { message, due } of waiting) if (hasRoom(isForWebSub(message))) next = Math.min(next, due);
    if (Number.isFinite(next)) timer = setTimeout(pump, Math.max(1, next - clock()));
  };

  return {
    async send(messages, delaySeconds = 0) {
      if (stopped) return;
      for (const message of messages) {
        if (faults.lose?.(message)) continue;
        const copies = 1 + (faults.repeat?.(message) ?? 0);
        for (let copy = 0; copy < copies; copy++)
          waiting.push({ message, due: clock() + delaySeconds * 1000, receives: 0 });
      }
      if (automatic) setImmediate(pump);
    },

    async drain() {
      for (let due = takeDue(); due.length > 0 || inFlight.size > 0; due = takeDue()) {
        await Promise.all([...due.slice(0, CONCURRENCY).map(start), ...inFlight.keys()]);
      }
    },

    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.all(inFlight.keys());
    },

    waiting: () => waiting.length,
  };
}

function recordOf({ message, receives }: Waiting, messageId: string): SQSRecord {
  return {
    messageId,
    receiptHandle: messageId,
    body: JSON.stringify(message),
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: '0',
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:local:000000000000:broadsheet',
    awsRegion: 'local',
  };
}
