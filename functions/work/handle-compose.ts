import { type LetterServices, sendLetter } from '../letters/send-letter.ts';
import { composeIssue } from '../newsletter/compose-issue.ts';
import type { ComposeServices } from '../newsletter/issue-steps.ts';
import type { Message } from '../shared/queue.ts';
import { unknownKind } from '../shared/unknown-kind.ts';

export type ComposeQueueServices = ComposeServices & LetterServices;

/**
 * Carries out a message of the compose queue. The work of such a message renders mails, and only the tick function can
 * do that.
 */
export async function handleCompose(services: ComposeQueueServices, message: Message): Promise<void> {
  switch (message.kind) {
    case 'compose':
      return composeIssue(services, { edition: message.edition, slot: message.slot });
    case 'letter':
      return sendLetter(services, message.outboxId);
    case 'outbox':
    case 'plan':
    case 'send':
    case 'stop':
    case 'verify':
    case 'distribute':
    case 'redeliver':
      throw new Error(`a ${message.kind} message came to the compose queue; it belongs to another queue`);
    default:
      throw unknownKind('message', message);
  }
}
