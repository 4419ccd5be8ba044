import { renderConfirmation } from '../mails/render-confirmation.ts';
import { addressHash } from '../subscribers/email-address.ts';
import { endsWithConsent } from '../subscribers/subscriber.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import type { Letter, LetterServices } from './letter.ts';

/** The mail that asks whether a sign-up was meant. */
export async function confirmationLetter(
  services: LetterServices,
  signUpId: string,
): Promise<Letter | undefined> {
  const { config, subscribers, links, templates, clock } = services;
  const signUp = await subscribers.signUp(signUpId, clock());
  if (!signUp || signUp.subscriberId !== undefined) return undefined;
  if (await isUnwanted(subscribers, signUp.email, signUp.requestedAt)) return undefined;
  const editions = config.publication.editions.filter(({ id }) => signUp.editions.includes(id));
  const [edition] = editions;
  if (!edition) return undefined;
  const { subject, html, text } = await renderConfirmation({
    publication: config.publication,
    editions,
    language: signUp.language,
    confirmUrl: links.confirm(signUp.id, config.baseUrl),
    manageUrl: signUp.knownAs && links.manage(signUp.knownAs, config.baseUrl),
    baseUrl: config.baseUrl,
    postalAddress: edition.postalAddress,
    templates,
  });
  const mail = {
    from: edition.from,
    to: signUp.email,
    replyTo: edition.replyTo,
    subject,
    html,
    text,
    headers: {},
    tags: [{ name: 'kind', value: 'confirmation' }],
  };
  return { what: 'a confirmation', mails: [mail], key: `confirmation/${signUp.id}` };
}

/**
 * A question to an address that was suppressed: since it was asked, or so that no confirmation ends it. What was asked of
 * one that bounced or was erased before is how its reader comes back.
 */
export async function isUnwanted(
  subscribers: SubscriberStore,
  email: string,
  requestedAt: string,
): Promise<boolean> {
  const hash = addressHash(email);
  const suppression = (await subscribers.suppressions([hash])).get(hash);
  if (!suppression) return false;
  return !endsWithConsent(suppression) || Date.parse(suppression.at) > Date.parse(requestedAt);
}
