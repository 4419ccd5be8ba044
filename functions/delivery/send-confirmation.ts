import type { Config } from '../config.ts';
import type { Templates } from '../locale.ts';
import type { Log } from '../log.ts';
import { composeConfirmation } from '../newsletter/compose-confirmation.ts';
import type { Outbox } from '../outbox.ts';
import type { Queue } from '../queue.ts';
import type { Clock } from '../services.ts';
import { addressHash } from '../subscribers/email-address.ts';
import type { Links } from '../subscribers/links.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import type { Mailer } from './mailer.ts';

export type ConfirmationServices = {
  config: Config;
  subscribers: SubscriberStore;
  outbox: Outbox;
  mailer: Mailer;
  links: Links;
  queue: Queue;
  templates: Templates;
  clock: Clock;
  log: Log;
};

/** Seconds until a confirmation that got no answer is tried again. */
const RETRY_SECONDS = 15;

/**
 * Mails the confirmation of a sign-up. The event stays in the outbox until the provider has taken the mail; repeated, it
 * has the same bytes and the same key, so it arrives once.
 */
export async function sendConfirmation(services: ConfirmationServices, outboxId: string): Promise<void> {
  const { config, subscribers, outbox, mailer, links, queue, templates, clock, log } = services;
  const event = await outbox.get(outboxId);
  if (event?.kind !== 'signed-up') return;
  const signUp = await subscribers.signUp(event.signUpId, clock());
  const unwanted =
    !signUp ||
    signUp.subscriberId !== undefined ||
    (await subscribers.suppressed([addressHash(signUp.email)])).size > 0;
  if (unwanted) return outbox.remove(outboxId);

  const editions = config.publication.editions.filter(({ id }) => signUp.editions.includes(id));
  const [edition] = editions;
  if (!edition) return outbox.remove(outboxId);
  const mail = await composeConfirmation({
    publication: config.publication,
    editions,
    language: signUp.language,
    confirmUrl: links.confirm(signUp.id, config.baseUrl),
    baseUrl: config.baseUrl,
    postalAddress: edition.postalAddress,
    templates,
  });
  const answer = await mailer.send(
    [
      {
        from: edition.from,
        to: signUp.email,
        replyTo: edition.replyTo,
        subject: mail.subject,
        html: mail.html,
        text: mail.text,
        headers: {},
        tags: [{ name: 'kind', value: 'confirmation' }],
      },
    ],
    `confirmation/${signUp.id}`,
  );
  switch (answer.kind) {
    case 'accepted':
      return outbox.remove(outboxId);
    case 'request-refused':
      log.warn('a confirmation was refused by the mail provider', {
        signUp: signUp.id,
        reason: answer.reason,
      });
      return outbox.remove(outboxId);
    case 'account-refused':
      log.error('a confirmation could not be sent: the mail provider takes nothing from this account', {
        reason: answer.reason,
      });
      return;
    case 'unknown':
    case 'throttled':
      await queue.send(
        [{ kind: 'confirmation', outboxId }],
        answer.kind === 'throttled' ? answer.retryAfterSeconds : RETRY_SECONDS,
      );
  }
}
