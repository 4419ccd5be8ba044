import type { Config } from '../config.ts';
import type { Templates } from '../locale.ts';
import type { Log } from '../log.ts';
import { composeConfirmation } from '../newsletter/compose-confirmation.ts';
import type { Outbox } from '../outbox.ts';
import type { Clock } from '../services.ts';
import { addressHash } from '../subscribers/email-address.ts';
import type { Links } from '../subscribers/links.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import { KEY_HOURS } from './batch.ts';
import type { Mailer } from './mailer.ts';

export type ConfirmationServices = {
  config: Config;
  subscribers: SubscriberStore;
  outbox: Outbox;
  mailer: Mailer;
  links: Links;
  templates: Templates;
  clock: Clock;
  log: Log;
};

/**
 * Mails the confirmation of a sign-up. The event stays in the outbox until the provider has taken the mail; repeated, it
 * has the same bytes and the same key, so it arrives once.
 */
export async function sendConfirmation(services: ConfirmationServices, outboxId: string): Promise<void> {
  const { config, subscribers, outbox, mailer, links, templates, clock, log } = services;
  const event = await outbox.get(outboxId);
  if (event?.kind !== 'signed-up') return;
  const signUp = await subscribers.signUp(event.signUpId, clock());
  const unwanted =
    !signUp ||
    signUp.subscriberId !== undefined ||
    // The provider has forgotten the key: a repetition might be a second mail.
    clock() - Date.parse(signUp.requestedAt) > KEY_HOURS * 3600 * 1000 ||
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
      // The sweep brings it again each minute. A message of our own beside the sweep's would double with every round.
      log.info('a confirmation waits for the mail provider', { signUp: signUp.id, reason: answer.reason });
  }
}
