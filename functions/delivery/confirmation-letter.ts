import { composeConfirmation } from '../newsletter/compose-confirmation.ts';
import { addressHash } from '../subscribers/email-address.ts';
import { KEY_HOURS } from './batch.ts';
import type { Letter, LetterServices } from './letter.ts';

/** The mail that asks whether a sign-up was meant. */
export async function confirmationLetter(
  { config, subscribers, links, templates, clock }: LetterServices,
  signUpId: string,
): Promise<Letter | undefined> {
  const signUp = await subscribers.signUp(signUpId, clock());
  const unwanted =
    !signUp ||
    signUp.subscriberId !== undefined ||
    // The provider has forgotten the key: a repetition might be a second mail.
    clock() - Date.parse(signUp.requestedAt) > KEY_HOURS * 3600 * 1000 ||
    (await subscribers.suppressions([addressHash(signUp.email)])).size > 0;
  if (unwanted) return undefined;
  const editions = config.publication.editions.filter(({ id }) => signUp.editions.includes(id));
  const [edition] = editions;
  if (!edition) return undefined;
  const { subject, html, text } = await composeConfirmation({
    publication: config.publication,
    editions,
    language: signUp.language,
    confirmUrl: links.confirm(signUp.id, config.baseUrl),
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
