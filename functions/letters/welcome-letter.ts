import { listHeaders } from '../delivery/batch-mails.ts';
import { personalise } from '../mails/placeholders.ts';
import { renderDigest } from '../mails/render-digest.ts';
import { type FrozenIssue, type Issue, issueUrl } from '../newsletter/issue.ts';
import { storiesFor, storiesNow } from '../newsletter/select-stories.ts';
import { languageOf } from '../newsletter/variants.ts';
import { editionOf, inLanguage } from '../settings/publication.ts';
import { phrasesIn } from '../shared/locale.ts';
import type { OutboxEvent } from '../shared/outbox.ts';
import { type Choice, choiceKey, isPaused, type Subscriber } from '../subscribers/subscriber.ts';
import { isSuppressed, type Letter, type LetterServices } from './letter.ts';

/**
 * The last issue for somebody who has just joined: its stories of their choice as they are now, without those that were
 * retracted. An edit between two attempts changes the bytes; if the first was taken, the provider refuses the second.
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
    // Without the slot: it is none of the issue's recipients.
    tags: [
      { name: 'kind', value: 'welcome' },
      { name: 'edition', value: edition.id },
      { name: 'subscriber', value: reader.id },
    ],
  };
  return { what: 'a welcome issue', mails: [mail], key: `welcome/${event.subscriberId}/${edition.id}` };
}

/** Of the issue as those got it who chose the same. */
function webVersion(issue: Issue, { choices }: FrozenIssue, choice: Choice, baseUrl: string): string {
  const key = choices[choiceKey(choice)] || choices[choiceKey({ ...choice, topics: [] })];
  return key ? `${issueUrl(issue, baseUrl)}?variant=${key}` : issueUrl(issue, baseUrl);
}

/** Undefined where they have left again, or are not to be mailed. */
async function readerOf(
  { subscribers, clock }: LetterServices,
  { subscriberId, edition }: { subscriberId: string; edition: string },
): Promise<Subscriber | undefined> {
  const reader = await subscribers.get(subscriberId);
  if (!reader?.editions.includes(edition) || isPaused(reader, clock())) return undefined;
  return (await isSuppressed(subscribers, reader.email)) ? undefined : reader;
}
