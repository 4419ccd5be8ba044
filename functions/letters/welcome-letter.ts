import { listHeaders } from '../delivery/batch-mails.ts';
import { personalise } from '../mails/placeholders.ts';
import { renderDigest } from '../mails/render-digest.ts';
import { type FrozenIssue, type Issue, issueUrl } from '../newsletter/issue.ts';
import { languageOf } from '../newsletter/issue-variants.ts';
import { storiesFor, storiesNow } from '../newsletter/select-stories.ts';
import { editionOf, inLanguage } from '../settings/publication.ts';
import { phrasesIn } from '../shared/locale.ts';
import type { OutboxEvent } from '../shared/outbox.ts';
import { type Choice, choiceKey, isPaused, type Subscriber } from '../subscribers/subscriber.ts';
import { isSuppressed, type Letter, type LetterServices } from './letter.ts';

/**
 * Makes the mail with the last issue for a reader who has just joined. The mail has the stories that fit the reader's
 * choice, as they are now, without retracted ones. If a story is edited between two attempts, the second mail has other
 * bytes. If the provider took the first mail, it refuses the second, because the key is the same. So the reader gets
 * one mail.
 */
export async function welcomeLetter(
  services: LetterServices,
  event: Extract<OutboxEvent, { kind: 'joined' }>,
): Promise<Letter | undefined> {
  const { config, issues, links, templates } = services;
  const { publication, baseUrl } = config;
  const edition = editionOf(publication, event.edition);
  if (!edition?.welcome) return undefined;
  const reader = await readerOf(services, event);
  const issue = await issues.get(event);
  const frozen = await issues.frozen(event);
  if (!reader || !issue || !frozen) return undefined;

  const language = languageOf(edition, reader);
  const stories = storiesFor(
    await storiesNow(services, frozen.storyIds),
    { language, topics: reader.topics },
    publication.languages,
  );
  const [lead] = stories;
  if (!lead) return undefined;
  const phrases = phrasesIn(templates, language);
  const name = inLanguage(edition.name, language, publication);
  const { subject, html, text } = await renderDigest({
    publication,
    edition,
    language,
    issue,
    stories,
    subject: phrases('mail.welcome.subject', { edition: name, lead: lead.title }),
    greeting: phrases('mail.welcome.greeting', { edition: name }),
    baseUrl,
    webUrl: webVersion(issue, frozen, { language, topics: reader.topics }, baseUrl),
    templates,
  });
  const own = {
    unsubscribe: links.unsubscribe(reader.id, edition.id, baseUrl),
    preferences: links.manage(reader.id, baseUrl),
  };
  const mail = {
    from: frozen.from,
    to: reader.email,
    replyTo: frozen.replyTo,
    subject,
    html: personalise(html, own),
    text: personalise(text, own),
    headers: listHeaders(own, frozen.listId),
    // The slot is not a tag here, because the reader is not one of the issue's recipients and must not be counted.
    tags: [
      { name: 'kind', value: 'welcome' },
      { name: 'edition', value: edition.id },
      { name: 'subscriber', value: reader.id },
    ],
  };
  return { what: 'a welcome issue', mails: [mail], key: `welcome/${event.subscriberId}/${edition.id}` };
}

/** Returns the address of the web version of the mail that readers with the same choice got. */
function webVersion(issue: Issue, { choices }: FrozenIssue, choice: Choice, baseUrl: string): string {
  const key = choices[choiceKey(choice)] || choices[choiceKey({ ...choice, topics: [] })];
  return key ? `${issueUrl(issue, baseUrl)}?variant=${key}` : issueUrl(issue, baseUrl);
}

/** Returns the reader, or undefined if they have left the edition again or must not be mailed. */
async function readerOf(
  { subscribers, clock }: LetterServices,
  { subscriberId, edition }: { subscriberId: string; edition: string },
): Promise<Subscriber | undefined> {
  const reader = await subscribers.get(subscriberId);
  if (!reader?.editions.includes(edition) || isPaused(reader, clock())) return undefined;
  return (await isSuppressed(subscribers, reader.email)) ? undefined : reader;
}
