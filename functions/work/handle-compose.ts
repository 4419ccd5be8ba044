import { type LetterServices, sendLetter } from '../letters/send-letter.ts';
import { composeIssue } from '../newsletter/compose-issue.ts';
import type { ComposeServices } from '../newsletter/composition.ts';
import type { Message } from '../shared/queue.ts';

export type TickServices = ComposeServices & LetterServices;

/** Messages of the tick function's queue. */
export async function handleTick(services: TickServices, message: Message): Promise<void> {
  switch (message.kind) {
    case 'compose':
      return composeIssue(services, { edition: message.edition, slot: message.slot });
    case 'letter':
      return sendLetter(services, message.outboxId);
    default:
      throw new Error(
        `a ${message.kind} message came to the tick function's queue; it belongs to the work queue`,
      );
  }
}
