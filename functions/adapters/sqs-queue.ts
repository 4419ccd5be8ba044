import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { isForTick, type Message, type Queue } from '../queue.ts';

const BATCH_LIMIT = 10;

/** Two queues: messages whose work renders a mail go to the tick function's, all others to the work function's. */
export function sqsQueue(queueUrl: string, composeQueueUrl: string): Queue {
  const client = new SQSClient({});
  const sendTo = async (url: string, messages: Message[], delaySeconds: number) => {
    for (let start = 0; start < messages.length; start += BATCH_LIMIT) {
      const Entries = messages.slice(start, start + BATCH_LIMIT).map((message, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(message),
        ...(delaySeconds > 0 && { DelaySeconds: delaySeconds }),
      }));
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      if (Failed.length > 0)
        throw new Error(
          `SQS refused ${Failed.length} of ${Entries.length} messages: ${Failed[0]?.Code} ${Failed[0]?.Message ?? ''}`,
        );
    }
  };
  return {
    async send(messages, delaySeconds = 0) {
      const forTick = messages.filter(isForTick);
      const forWork = messages.filter((message) => !isForTick(message));
      await sendTo(composeQueueUrl, forTick, delaySeconds);
      await sendTo(queueUrl, forWork, delaySeconds);
    },
  };
}
