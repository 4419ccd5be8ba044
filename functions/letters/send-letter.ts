import { isKeyForgotten } from '../delivery/batch.ts';
import { installationTag } from '../delivery/batch-mails.ts';
import { sendInTurn } from '../delivery/pace.ts';
import { type LetterEvent, letterEvent, writtenAt } from '../shared/outbox.ts';
import { unknownKind } from '../shared/unknown-kind.ts';
import { confirmationLetter } from './confirmation-letter.ts';
import { draftLetter } from './draft-letter.ts';
import type { Letter, LetterServices } from './letter.ts';
import { proofLetter } from './proof-letter.ts';
import { addressLetter, linkLetter, movedLetter } from './reader-letters.ts';
import { welcomeLetter } from './welcome-letter.ts';

export type { LetterServices } from './letter.ts';

/**
 * Mails the letter that an event of the outbox asks for. The event stays in the outbox until the provider has taken the
 * letter, or until the provider may have forgotten its key.
 */
export async function sendLetter(services: LetterServices, outboxId: string): Promise<void> {
  const { outbox, pace, links, clock, log } = services;
  const found = await outbox.get(outboxId);
  if (!found) return;
  // This comes first, because an event for somebody else must not be removed here, however old it is.
  const event = letterEvent(found);
  // The provider may have taken the letter in an earlier attempt. After it has forgotten the key, it would send the
  // letter a second time.
  if (isKeyForgotten(writtenAt(outboxId), clock())) {
    log.error('a letter was given up: the mail provider did not take it for 23 hours', {
      letter: outboxId,
      kind: event.kind,
    });
    return outbox.remove(outboxId);
  }
  const letter = await letterOf(services, event);
  if (!letter) return outbox.remove(outboxId);
  const { what, key } = letter;
  if ((await pace.turn()) > 0) {
    log.info(`${what} waits for the mail provider`, {
      letter: key,
      reason: 'too many mails are waiting before it',
    });
    return;
  }
  if (letter.mails.length === 0) return outbox.remove(outboxId);
  const mails = letter.mails.map((mail) => ({
    ...mail,
    tags: [...mail.tags, installationTag(links.installation)],
  }));
  const answer = await sendInTurn(services, mails, `${key}/${links.installation}`);
  switch (answer.kind) {
    case 'accepted':
      for (const { reason } of answer.rejected)
        log.warn(`${what} was refused by the mail provider`, { letter: key, reason });
      return outbox.remove(outboxId);
    case 'request-refused':
    case 'key-taken':
      log.warn(`${what} was refused by the mail provider`, { letter: key, reason: answer.reason });
      return outbox.remove(outboxId);
    case 'account-refused':
      // The watch tells the operator if letters wait for long. An error here would be told again every minute.
      log.warn(`${what} waits: the mail provider takes nothing from this account`, {
        letter: key,
        reason: answer.reason,
      });
      return;
    case 'unknown':
    case 'throttled':
      // The sweep sends a message for the event every minute. If this function sent one too, there would be twice as
      // many messages with every round.
      log.info(`${what} waits for the mail provider`, { letter: key, reason: answer.reason });
  }
}

/** Makes the letter that the event asks for. Returns undefined if nothing has to be mailed any more. */
async function letterOf(services: LetterServices, event: LetterEvent): Promise<Letter | undefined> {
  switch (event.kind) {
    case 'signed-up':
      return confirmationLetter(services, event.signUpId);
    case 'address-asked':
      return addressLetter(services, event.subscriberId, event.changeId);
    case 'address-changed':
      return movedLetter(services, event.subscriberId, event.changeId);
    case 'link-asked':
      return linkLetter(services, event);
    case 'draft-composed':
      return draftLetter(services, event);
    case 'joined':
      return welcomeLetter(services, event);
    case 'proof-asked':
      return proofLetter(services, event.proofId);
    default:
      throw unknownKind('event', event);
  }
}
