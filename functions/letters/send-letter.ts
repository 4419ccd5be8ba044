import { isKeyForgotten } from '../delivery/batch.ts';
import { installationTag } from '../delivery/batch-mails.ts';
import { sendInTurn } from '../delivery/pace.ts';
import { type OutboxEvent, writtenAt } from '../shared/outbox.ts';
import { confirmationLetter } from './confirmation-letter.ts';
import { draftLetter } from './draft-letter.ts';
import type { Letter, LetterServices } from './letter.ts';
import { proofLetter } from './proof-letter.ts';
import { addressLetter, linkLetter, movedLetter } from './reader-letters.ts';
import { welcomeLetter } from './welcome-letter.ts';

export type { LetterServices } from './letter.ts';

/** Mails what an event asks for. It stays in the outbox until the provider has taken the mail, or may have forgotten its key. */
export async function sendLetter(services: LetterServices, outboxId: string): Promise<void> {
  const { outbox, pace, links, clock, log } = services;
  const event = await outbox.get(outboxId);
  if (!event) return;
  // The provider may have had it ever since.
  if (isKeyForgotten(writtenAt(outboxId), clock())) return outbox.remove(outboxId);
  const letter = await letterOf(services, event);
  if (!letter) return outbox.remove(outboxId);
  const { what, key } = letter;
  if ((await pace.turn()) > 0) {
    log.info(`${what} waits for the mail provider`, { letter: key, reason: 'too many are before it' });
    return;
  }
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
      log.error(`${what} could not be sent: the mail provider takes nothing from this account`, {
        reason: answer.reason,
      });
      return;
    case 'unknown':
    case 'throttled':
      // The sweep brings it again each minute. A message of our own beside the sweep's would double with every round.
      log.info(`${what} waits for the mail provider`, { letter: key, reason: answer.reason });
  }
}

/** Undefined where nothing is to be mailed, or not any more. */
async function letterOf(services: LetterServices, event: OutboxEvent): Promise<Letter | undefined> {
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
    case 'article-changed':
      throw new Error('a change of an article came to the mails; it belongs to the work queue');
  }
}
