import { renderConfirmation } from '../mails/render-confirmation.ts';
import { SKEW_MILLISECONDS } from '../shared/clock.ts';
import { addressHash } from '../subscribers/email-address.ts';
import { endsWithConsent } from '../subscribers/subscriber.ts';
import { suppressionOf } from '../subscribers/suppression.ts';
import type { Letter, LetterServices } from './letter.ts';

/** Makes the mail that asks the owner of an address to confirm a sign-up. */
export async function confirmationLetter(
  services: LetterServices,
  signUpId: string,
): Promise<Letter | undefined> {
  const { config, subscribers, links, templates, clock } = services;
  const signUp = await subscribers.signUp(signUpId, clock());
  if (!signUp || signUp.subscriberId !== undefined) return undefined;
  const unwanted = await isUnwanted(services, signUp);
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
  return { what: 'a confirmation', mails: unwanted ? [] : [mail], key: `confirmation/${signUp.id}` };
}

/**
 * Decides whether an address must not be asked to confirm a request. It must not be asked if only an editor can lift
 * its suppression, or if it was suppressed after the request. An address that bounced or was erased before the request
 * is asked, because a confirmation is how its reader can come back. But one that bounced is asked once a day.
 */
export async function isUnwanted(
  { subscribers, clock }: Pick<LetterServices, 'subscribers' | 'clock'>,
  { email, requestedAt, askedToday }: { email: string; requestedAt: string; askedToday?: boolean },
): Promise<boolean> {
  const suppression = await suppressionOf(subscribers, addressHash(email));
  if (!suppression) return false;
  const suppressedAt = Date.parse(suppression.at);
  // A time that is still to come was stored by a clock that was wrong, and says nothing about the order of the two.
  const isLater = suppressedAt > Date.parse(requestedAt) && suppressedAt <= clock() + SKEW_MILLISECONDS;
  const isAskedAgain = suppression.reason === 'bounced' && askedToday === true;
  return !endsWithConsent(suppression) || isAskedAgain || isLater;
}
