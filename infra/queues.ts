import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { TIMEOUTS } from './functions.ts';

/**
 * AWS recommends six times the timeout of the function. With less, SQS could deliver a message again while the function still
 * works on it.
 */
const VISIBILITY_TIMEOUTS = 6;
/** A message that has failed five times will fail again. The sweep still finds the work that the message was for. */
const MAX_RECEIVES = 5;
/** SQS keeps messages no longer than this. A dead letter must still be there when somebody comes back from a holiday. */
const DEAD_LETTERS_KEPT = Duration.days(14);

/**
 * The queues go with the stack. Their messages only say where to look, and the table decides what is still to be done. Queues
 * that stayed would keep messages that nobody takes any more.
 */
const REMOVAL = RemovalPolicy.DESTROY;

export type QueueWithDeadLetters = { queue: Queue; deadLetters: Queue };

/** The three queues, each with a dead letter queue for the messages that could not be handled. */
export class Queues extends Construct {
  /** Outbox events, and the planning and sending of issues. The work function handles them. */
  readonly work: QueueWithDeadLetters;
  /**
   * Messages of the WebSub hub: it asks callbacks for their consent, and sends them changes. The work function handles these
   * too. They have a queue of their own, so that no mail waits for the servers of strangers.
   */
  readonly webSub: QueueWithDeadLetters;
  /** Issues and letters whose mail has to be rendered. The tick function handles them, because only its bundle has MJML. */
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
      removalPolicy: REMOVAL,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(functionTimeout.toSeconds() * VISIBILITY_TIMEOUTS),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
    return { queue, deadLetters };
  }

  private deadLetters(id: string): Queue {
    return new Queue(this, id, {
      removalPolicy: REMOVAL,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: DEAD_LETTERS_KEPT,
    });
  }
}
