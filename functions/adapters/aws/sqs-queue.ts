import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { isForComposeQueue, isForWebSub, type Message, type Queue } from '../../shared/queue.ts';

/** SQS takes at most this many messages in one request. */
const BATCH_LIMIT = 10;

/**
 * URLs of the queues. Messages that make a function render a mail go to `compose`, messages of the WebSub hub to
 * `webSub`, and all others to `work`.
 */
export type QueueUrls = { work: string; compose: string; webSub: string };

export function sqsQueue(urls: QueueUrls): Queue {
  const client = new SQSClient({});
  const urlOf = (message: Message) =>
    isForComposeQueue(message) ? urls.compose : isForWebSub(message) ? urls.webSub : urls.work;
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
      for (const [url, own] of Map.groupBy(messages, urlOf)) await sendTo(url, own, delaySeconds);
    },
  };
}
