import type { Article } from '../../functions/articles/article.ts';
import { feedsOfStories } from '../../functions/feeds/recent-feeds.ts';
import { newIssue } from '../../functions/newsletter/issue.ts';
import { articlePage } from '../../functions/pages/article-page.ts';
import { type DraftData, draftPage } from '../../functions/pages/draft-page.ts';
import { feedPage } from '../../functions/pages/feed-page.ts';
import { feedsPage } from '../../functions/pages/feeds-page.ts';
import { homePage } from '../../functions/pages/home-page.ts';
import { issuesPage } from '../../functions/pages/issues-page.ts';
import { addressPage, confirmPage, erasePage, unsubscribePage } from '../../functions/pages/link-pages.ts';
import { mailboxPage, mailPage } from '../../functions/pages/mailbox-pages.ts';
import { type ManageData, managePage } from '../../functions/pages/manage-page.ts';
import { messagePage } from '../../functions/pages/message-page.ts';
import type { Html, PageContext } from '../../functions/pages/page-context.ts';
import { subscribePage } from '../../functions/pages/sign-up-form.ts';
import { phrasesIn } from '../../functions/shared/locale.ts';
import { slugOf } from '../../functions/shared/text.ts';
import { anArticle } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { SHIPPED_TEMPLATES } from '../support/templates.ts';

export const { locales } = SHIPPED_TEMPLATES;

export function aContext(language = 'en'): PageContext {
  return { config: testConfig(), phrases: phrasesIn(SHIPPED_TEMPLATES, language), language };
}

/** The words that editors and readers type. */
type Words = {
  title: string;
  dek: string;
  author: string;
  section: string;
  tag: string;
  caption: string;
  credit: string;
  alt: string;
  related: string;
  subject: string;
  email: string;
  body: string;
};

/** Returns a story that has every field a story can have. */
export function aFullStory(words: Words, fields: Partial<Article> = {}): Article {
  return anArticle({
    title: words.title,
    summary: words.dek,
    html: words.body,
    section: words.section,
    authors: [{ name: words.author, url: 'https://paper.example/staff/ana' }, { name: 'Li Wei' }],
    contributors: [{ name: words.author, url: 'https://paper.example/staff/jo' }, { name: 'Jo Dahl' }],
    tags: [words.tag, 'Ferries'],
    image: {
      url: 'https://images.example/ferry.jpg',
      alt: words.alt,
      caption: words.caption,
      credit: words.credit,
      width: 1200,
      height: 800,
    },
    audio: { url: 'https://audio.example/ferry.mp3', type: 'audio/mpeg', bytes: 4_000_000, seconds: 254 },
    commentsUrl: 'https://paper.example/ferry/comments',
    related: [{ title: words.related, url: 'https://paper.example/pier' }],
    translations: [{ id: 'ferry-2', language: fields.language === 'es' ? 'en' : 'es' }],
    ...fields,
  });
}

/** Returns the context of a publication whose newsletters come at an hour that the reader chooses. */
function withReaderHour(context: PageContext): PageContext {
  const { publication } = context.config;
  const editions = publication.editions.map((edition) => ({ ...edition, readerHour: true }));
  return { ...context, config: { ...context.config, publication: { ...publication, editions } } };
}

/** Returns every page by its name, in one language. Wherever a page shows what somebody typed, it shows `words`. */
export function everyPage(language: string, words: Words): Record<string, Html> {
  const context = aContext(language);
  const story = aFullStory(words, { language });
  const others = [2, 3, 4, 5].map((n) => aFullStory(words, { id: `story-${n}`, language }));
  const guest = aFullStory(words, { language: 'pt', section: `Guests: ${words.section}` });
  const action = '/unsubscribe?token=abc.def';
  const faults = ['/email', '/language', '/editions/0', '/topics', '/elsewhere'].map((pointer) => ({
    pointer,
    detail: 'must be something else',
  }));
  const mail = {
    id: 'mail-1',
    to: [words.email],
    from: words.email,
    subject: words.subject,
    createdAt: '2026-11-22T12:30:05.000Z',
  };
  const choice = { language, editions: ['daily'], topics: ['culture'] };
  const managed: ManageData = {
    ...choice,
    action,
    email: words.email,
    pauseFrom: '2026-11-23',
    changeAddress: '/address?token=abc',
    download: '/data?token=abc',
    erase: '/erase?token=abc',
  };
  const zoned = withReaderHour(context);
  const issue = (slot: string, state: string, subject?: string) => ({
    edition: 'daily',
    slot,
    state,
    scheduledAt: '2026-11-22T12:30:00.000Z',
    subject,
  });
  return {
    home: homePage(context, { stories: [story, ...others], form: {} }),
    'home-empty': homePage(context, { stories: [], form: {} }),
    feeds: feedsPage(context, feedsOfStories(context.config.publication, [story, guest])),
    feed: feedPage(context, {
      address: { selector: { tag: slugOf(words.tag) }, format: 'rss' },
      stories: [story, ...others],
      older: { month: '2026-10' },
      newer: undefined,
    }),
    'feed-archive': feedPage(context, {
      address: { selector: { language }, format: 'json', archive: { month: '2026-10' } },
      stories: [story],
      older: { month: '2026-09' },
      newer: { month: '2026-11' },
    }),
    'feed-podcast': feedPage(context, {
      address: { selector: { podcast: true }, format: 'rss' },
      stories: [],
      older: undefined,
      newer: undefined,
    }),
    article: articlePage(context, story),
    subscribe: subscribePage(context, {}),
    'subscribe-faults': subscribePage(context, { ...choice, email: words.email, faults }),
    'link-faults': subscribePage(context, { link: { email: words.email, faults: faults.slice(0, 1) } }),
    issues: issuesPage(context, [
      issue('2026-11-22-0730', 'sent', words.subject),
      issue('2026-11-21-0730', 'skipped'),
      issue('2026-11-20-0730', 'new'),
      { ...issue('extra-1', 'sending'), edition: 'gone' },
    ]),
    message: messagePage(context, { title: words.title, text: words.dek }),
    confirm: confirmPage(context, { action, editions: ['daily', 'weekly'] }),
    unsubscribe: unsubscribePage(context, { action, edition: 'daily', editions: ['daily', 'weekly'] }),
    'unsubscribe-all': unsubscribePage(context, { action, editions: ['weekly'] }),
    'unsubscribe-left': unsubscribePage(context, { action, edition: 'daily', editions: ['weekly'] }),
    'unsubscribe-none': unsubscribePage(context, { action, edition: 'daily', editions: [] }),
    address: addressPage(context, { action, email: words.email }),
    erase: erasePage(context, { action, back: '/manage?token=abc', email: words.email, editions: ['daily'] }),
    manage: managePage(context, { ...managed, said: 'saved' }),
    ...Object.fromEntries(
      (['bounced', 'complained', 'refused', 'erased'] as const).map((reason) => [
        `manage-${reason}`,
        managePage(context, { ...managed, suppression: { reason, at: '2026-11-01T00:00:00.000Z' } }),
      ]),
    ),
    'manage-paused': managePage(zoned, {
      ...managed,
      pausedUntil: '2026-12-24',
      timeZone: 'America/Argentina/La_Rioja',
      said: 'addressAsked',
    }),
    'manage-faults': managePage(zoned, {
      ...managed,
      newAddress: { email: words.email, faults },
      faults: [
        ...faults.slice(1),
        { pointer: '/timeZone', detail: '' },
        { pointer: '/pausedUntil', detail: '' },
      ],
    }),
    draft: draftPage(context, aDraft(words, [story, ...others])),
    mailbox: mailboxPage(context, [mail]),
    'mailbox-empty': mailboxPage(context, []),
    mail: mailPage(context, {
      ...mail,
      html: `<p>${words.title}</p>`,
      text: `${words.title}\n\nhttps://paper.example/ferry\n`,
      headers: { 'List-Id': words.subject, 'List-Unsubscribe': '<https://paper.example/unsubscribe>' },
    }),
  };
}

/** Returns a draft whose editor held it, and which lost a story after it was mailed. */
function aDraft(words: Words, stories: Article[]): DraftData {
  const at = '2026-11-22T12:30:00.000Z';
  const started = { edition: 'daily', slot: '2026-11-22-0730', scheduledAt: at, createdAt: at };
  return {
    action: '/issues/review?token=abc.def',
    issue: {
      ...newIssue(started),
      state: 'draft',
      composition: 2,
      review: { editors: [words.email], releaseAt: at, otherwise: 'send' },
    },
    decision: { what: 'held', by: words.email, at, composition: 1 },
    first: 'approved',
    changed: true,
    stories,
    now: Date.parse(at),
  };
}

export const ENGLISH: Words = {
  title: 'After two winters ashore, the harbour ferry sails again',
  dek: 'The first boat left at dawn with forty commuters and a brass band. The city says it will run every half hour until midnight.',
  author: 'Ana Ruiz',
  section: 'Harbour',
  tag: 'Transport',
  caption: 'The Sea Lark leaves the north pier on Sunday morning.',
  credit: 'Mara Obi / The Lakeside Courier',
  alt: 'A white ferry with people at its rail, gulls above',
  related: 'What the new pier cost, and who paid for it',
  subject: 'The ferry is back, and five more stories',
  email: 'ana@paper.example',
  body: `<p>The horn could be heard as far as the fish market. At ten past six the <em>Sea Lark</em> cast off, for the first time since the storm of 2024 took the old pier with it.</p>
<blockquote><p>“I have missed the wind more than the bridge has missed me.”</p></blockquote>
<h2>Every half hour</h2>
<p>The fare is unchanged. The <a href="https://paper.example/timetable">timetable</a> runs until midnight, and later at weekends.</p>
<table><caption>Crossings a day</caption><thead><tr><th>Year</th><th>Crossings</th><th>Passengers</th></tr></thead><tbody><tr><td>2023</td><td>38</td><td>4,100</td></tr><tr><td>2026</td><td>72</td><td>6,000</td></tr></tbody></table>
<ul><li>North pier</li><li>Fish market</li></ul>`,
};

export const SPANISH: Words = {
  title: 'Tras dos inviernos en tierra, el transbordador vuelve a navegar',
  dek: 'El primer barco salió al amanecer con cuarenta pasajeros y una banda. Habrá uno cada media hora hasta la medianoche.',
  author: 'Ana Ruiz',
  section: 'Harbour',
  tag: 'Transporte',
  caption: 'El Alondra deja el muelle norte el domingo por la mañana.',
  credit: 'Mara Obi / El Heraldo del Lago',
  alt: 'Un barco blanco con gente en la borda y gaviotas',
  related: 'Cuánto costó el muelle nuevo, y quién lo pagó',
  subject: 'Vuelve el barco, y cinco noticias más',
  email: 'ana@paper.example',
  body: `<p>La sirena se oyó hasta en la lonja. A las seis y diez el <em>Alondra</em> soltó amarras por primera vez desde el temporal de 2024.</p>
<h2>Cada media hora</h2><p>El precio no cambia.</p>`,
};
