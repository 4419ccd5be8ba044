import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { TIMEOUTS } from './functions.ts';

/** AWS asks for six times the function's timeout: less, and a message is given out again while it is still worked on. */
const VISIBILITY_TIMEOUTS = 6;
/** A message that failed five times will fail again; what it was for, the sweep still finds. */
const MAX_RECEIVES = 5;
/** The longest there is: a dead letter must outlive a holiday. */
const DEAD_LETTERS_KEPT = Duration.days(14);

export type QueueWithDeadLetters = { queue: Queue; deadLetters: Queue };

/** Messages for the work function, for the hub's part of it and for the tick function, and what they could not handle. */
export class Queues extends Construct {
  /** Outbox events, plans and batches: the work function. */
  readonly work: QueueWithDeadLetters;
  /** The hub's: callbacks to be asked, and to be told of changes. The work function, which no mail waits for here. */
  readonly webSub: QueueWithDeadLetters;
  /** Mails to be rendered, issues and confirmations: the tick function, the only one with MJML. */
  readonly compose: QueueWithDeadLetters;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.work = this.withDeadLetters('Work', TIMEOUTS.work);
    this.webSub = this.withDeadLetters('WebSub', TIMEOUTS.work);
    this.compose = this.withDeadLetters('Compose', TIMEOUTS.tick);
  }

  private withDeadLetters(id: string, functionTimeout: Duration): QueueWithDeadLetters {
    const deadLetters = this.deadLetters(`${id}DeadLetters`);
    const queue = new Queue(this, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(functionTimeout.toSeconds() * VISIBILITY_TIMEOUTS),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    return { queue, deadLetters };
  }

  private deadLetters(id: string): Queue {
    return new Queue(this, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: DEAD_LETTERS_KEPT,
    });
  }
}
