import { type LetterInput, renderLetter } from '../mails/render-letter.ts';
import { type EditionSettings, inLanguage } from '../settings/publication.ts';
import { phrasesIn } from '../shared/locale.ts';
import { CONFIRM_HOURS, type Subscriber } from '../subscribers/subscriber.ts';
import { suppressionOf } from '../subscribers/suppression.ts';
import { isUnwanted } from './confirmation-letter.ts';
import { isSuppressed, type Letter, type LetterServices } from './letter.ts';

/** Letters to a reader about their subscription: about a new address, or with the link to their preferences. */

/**
 * Makes the mail that asks a new address to confirm a change. It does not name the old address, because the mail may
 * reach a stranger.
 */
export async function addressLetter(
  services: LetterServices,
  subscriberId: string,
  changeId: string,
): Promise<Letter | undefined> {
  const { config, links } = services;
  const { change, subscriber } = await changeOf(services, subscriberId, changeId);
  if (!change || !subscriber || change.replaced !== undefined) return undefined;
  const to = (await isUnwanted(services, change)) ? undefined : change.email;
  const { phrases, publication } = wordsOf(services, subscriber.language);
  const letter = { what: 'a confirmation of a new address', key: `address/${change.id}` };
  return letterTo(services, to, subscriber, letter, {
    subject: phrases('mail.address.subject', { publication }),
    preheader: phrases('mail.address.preheader'),
    title: phrases('mail.address.title'),
    intro: phrases('mail.address.intro', { publication, hours: CONFIRM_HOURS }),
    buttons: [
      {
        text: phrases('mail.address.button'),
        url: links.address(subscriberId, changeId, config.baseUrl),
      },
    ],
    ignore: phrases('mail.address.ignore'),
  });
}

/**
 * Makes the notice to the old address after a change. If a stranger made the change, the reader can undo it with the
 * link in the notice. The notice does not name the new address.
 */
export async function movedLetter(
  services: LetterServices,
  subscriberId: string,
  changeId: string,
): Promise<Letter | undefined> {
  const { config, subscribers, links } = services;
  const { change, subscriber } = await changeOf(services, subscriberId, changeId);
  if (!change?.replaced || !subscriber || (await isSuppressed(subscribers, change.replaced)))
    return undefined;
  const { phrases, publication } = wordsOf(services, subscriber.language);
  const letter = { what: 'a notice of a new address', key: `moved/${change.id}` };
  return letterTo(services, change.replaced, subscriber, letter, {
    subject: phrases('mail.moved.subject', { publication }),
    preheader: phrases('mail.moved.preheader'),
    title: phrases('mail.moved.title'),
    intro: phrases('mail.moved.intro', { publication }),
    buttons: [{ text: phrases('mail.preferences'), url: links.manage(subscriberId, config.baseUrl) }],
    ignore: phrases('mail.moved.ignore'),
  });
}

/** Stands for the reader of an address that has none. The ids of real subscribers are longer. */
const NOBODY = 'nobody';

/**
 * Makes the mail with the link to the preferences, for a reader who asked for it. If the address has no reader, or must
 * not be mailed, the same letter is made for nobody.
 */
export async function linkLetter(
  services: LetterServices,
  { id, addressHash }: { id: string; addressHash: string },
): Promise<Letter | undefined> {
  const { config, subscribers, links } = services;
  const subscriber = await subscribers.get((await subscribers.idByAddress(addressHash)) ?? NOBODY);
  const suppression = await suppressionOf(subscribers, addressHash);
  const [first = 'en'] = config.publication.languages;
  const reader = subscriber ?? { id: NOBODY, email: undefined, language: first, editions: [] };
  const { phrases, publication } = wordsOf(services, reader.language);
  const to = suppression ? undefined : reader.email;
  return letterTo(
    services,
    to,
    reader,
    { what: 'a link to preferences', key: `link/${id}` },
    {
      subject: phrases('mail.link.subject', { publication }),
      preheader: phrases('mail.link.preheader'),
      title: phrases('mail.link.title'),
      intro: phrases('mail.link.intro', { publication }),
      buttons: [{ text: phrases('mail.preferences'), url: links.manage(reader.id, config.baseUrl) }],
      ignore: phrases('mail.link.ignore'),
    },
  );
}

async function changeOf({ subscribers, clock }: LetterServices, subscriberId: string, changeId: string) {
  const change = await subscribers.addressChange(subscriberId, changeId, clock());
  return { change, subscriber: await subscribers.get(subscriberId) };
}

function wordsOf({ config, templates }: LetterServices, language: string) {
  const { publication } = config;
  return {
    phrases: phrasesIn(templates, language),
    publication: inLanguage(publication.name, language, publication),
  };
}

type Texts = Pick<LetterInput, 'subject' | 'preheader' | 'title' | 'intro' | 'buttons' | 'ignore'>;

/** Makes a letter. Without an address it is made all the same, and has no mail. */
async function letterTo(
  { config, templates }: LetterServices,
  to: string | undefined,
  { language, editions }: Pick<Subscriber, 'language' | 'editions'>,
  letter: Omit<Letter, 'mails'>,
  texts: Texts,
): Promise<Letter | undefined> {
  const { publication, baseUrl } = config;
  const sender = senderOf(publication.editions, editions);
  if (!sender) return undefined;
  const { from, replyTo, postalAddress } = sender;
  const composed = await renderLetter({
    ...texts,
    publication,
    language,
    baseUrl,
    postalAddress,
    templates,
  });
  const { subject, html, text } = composed;
  const tags = [{ name: 'kind', value: letter.key.slice(0, letter.key.indexOf('/')) }];
  const mail = { from, replyTo, subject, html, text, headers: {}, tags };
  return { ...letter, mails: to === undefined ? [] : [{ ...mail, to }] };
}

/**
 * Returns the edition that sends the letter: one that the reader gets, or else the first one. A reader knows the name
 * of an edition that they get.
 */
function senderOf(all: EditionSettings[], read: string[]): EditionSettings | undefined {
  return all.find(({ id }) => read.includes(id)) ?? all[0];
}
