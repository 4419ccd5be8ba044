import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clock, Ids } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import { isForWebSub, type Message, type Queue } from '../../shared/queue.ts';

/**
 * Does in one process what SQS does for the work function: it delivers the same events, accepts that some messages of
 * an event fail, and delivers every message at least once.
 */
export type MemoryQueue = Queue & {
  /** Handles all messages that are due, and the messages that these cause, until only messages for later are left. */
  drain(): Promise<void>;
  /**
   * Takes no more messages, and waits for those in flight. The sweep after the next start finds the work that is left.
   */
  stop(): Promise<void>;
  /** Returns how many messages wait to be handled. */
  waiting(): number;
};

export type SqsHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

/** Faults that a real queue can have. Only tests set these functions, to bring the faults about. */
export type QueueFaults = {
  /** Returns true if the queue has to lose the message. */
  lose?: (message: Message) => boolean;
  /** Returns how many extra times the queue has to deliver the message. */
  repeat?: (message: Message) => number;
  /** Returns the due messages in the order in which the queue has to deliver them. */
  shuffle?: (messages: Message[]) => Message[];
};

type Options = {
  handler: (message: Message) => SqsHandler;
  clock: Clock;
  ids: Ids;
  log: Log;
  faults?: QueueFaults;
  /** Handles messages as they come. A test that wants to decide when leaves this off and calls `drain`. */
  automatic?: boolean;
};

type Waiting = { message: Message; due: number; receives: number };

/** After this many failures a message is given up. On AWS, SQS moves it to the dead letter queue (infra/queues.ts). */
const MAX_RECEIVES = 5;
const RETRY_MILLISECONDS = 2_000;
/**
 * This many messages are handled at the same time, and in addition as many messages of the WebSub hub. The hub waits
 * for servers of strangers, and must not hold up mails.
 */
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
      log.error(`a message could not be handled; it is tried ${MAX_RECEIVES} times at most`, {
        message: entry.message,
        error,
      });
      failed = true;
    }
    if (!failed) return;
    if (entry.receives >= MAX_RECEIVES)
      log.warn('a message was dropped after its last attempt; the sweep will find the work it was for', {
        message: entry.message,
      });
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
