import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Log } from '../shared/log.ts';
import type { Message } from '../shared/queue.ts';

/** Every record of an SQS batch by itself: those that fail are reported, and only they come again. */
export async function handleRecords(
  event: SQSEvent,
  handle: (message: Message) => Promise<void>,
  log: Log,
): Promise<SQSBatchResponse> {
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  for (const { messageId, body } of event.Records) {
    try {
      await handle(JSON.parse(body) as Message);
    } catch (error) {
      log.warn('a message failed and will come again', { body, error });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
}
