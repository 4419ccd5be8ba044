import { atMostOne, collector } from './feed-checks.ts';
import { all, type Element, one } from './parsers.ts';

/** The rules of the W3C's service for a feed with elements of Apple, from "A Podcaster's Guide to RSS". */

/** Each category of Apple, with its subcategories. */
const CATEGORIES = new Map(
  `Arts: Books, Design, Fashion & Beauty, Food, Performing Arts, Visual Arts
Business: Careers, Entrepreneurship, Investing, Management, Marketing, Non-Profit
Comedy: Comedy Interviews, Improv, Stand-Up
Education: Courses, How To, Language Learning, Self-Improvement
Fiction: Comedy Fiction, Drama, Science Fiction
Government:
History:
Health & Fitness: Alternative Health, Fitness, Medicine, Mental Health, Nutrition, Sexuality
Kids & Family: Education for Kids, Parenting, Pets & Animals, Stories for Kids
Leisure: Animation & Manga, Automotive, Aviation, Crafts, Games, Hobbies, Home & Garden, Video Games
Music: Music Commentary, Music History, Music Interviews
News: Business News, Daily News, Entertainment News, News Commentary, Politics, Sports News, Tech News
Religion & Spirituality: Buddhism, Christianity, Hinduism, Islam, Judaism, Religion, Spirituality
Science: Astronomy, Chemistry, Earth Sciences, Life Sciences, Mathematics, Natural Sciences, Nature, Physics, Social Sciences
Society & Culture: Documentary, Personal Journals, Philosophy, Places & Travel, Relationships
Sports: Baseball, Basketball, Cricket, Fantasy Sports, Football, Golf, Hockey, Rugby, Running, Soccer, Swimming, Tennis, Volleyball, Wilderness, Wrestling
Technology:
True Crime:
TV & Film: After Shows, Film History, Film Interviews, Film Reviews, TV Reviews`
    .split('\n')
    .map((line) => line.split(':'))
    .map(([category = '', below = '']) => [category, below.trim().split(', ')] as const),
);
const OF_THE_PAST = ['itunes:summary', 'itunes:subtitle', 'itunes:keywords'];

/** Returns the faults of an RSS document. A document without elements of Apple has none. */
export function itunesFaults(rss: Element): string[] {
  const checks = collector();
  const { check, faults } = checks;
  const channel = one(rss, 'channel');
  const items = all(channel, 'item');
  const ours = [channel, ...items]
    .flatMap((element) => element?.children ?? [])
    .filter(({ name }) => name.startsWith('itunes:'));
  if (ours.length === 0 || !channel) return [];
  const language =
    one(channel, 'language')?.text ?? channel.attributes['xml:lang'] ?? rss.attributes['xml:lang'];
  check(language, 'itunes: the channel has no language');
  const category = one(channel, 'itunes:category');
  const below = CATEGORIES.get(category?.attributes.text ?? '');
  check(below, `itunes:category: "${category?.attributes.text}" is none of Apple's`);
  for (const { attributes } of all(category, 'itunes:category'))
    check(below?.includes(attributes.text ?? ''), `itunes:category: "${attributes.text}" is not below it`);
  const owner = one(channel, 'itunes:owner');
  check(
    /^[^\s<>@]+@[^\s<>@]+$/.test(one(owner, 'itunes:email')?.text ?? ''),
    'itunes:owner: has no mail address',
  );
  check(one(channel, 'itunes:explicit'), 'itunes:explicit: the channel has none');
  for (const element of [channel, ...items]) {
    atMostOne(
      element,
      ours.map(({ name }) => name),
      checks,
    );
    for (const { name, text, attributes } of element.children) {
      if (name === 'itunes:explicit')
        check(/^(?:true|false)$/.test(text), `${name}: "${text}" is not true or false`);
      if (name === 'itunes:type') check(/^(?:episodic|serial)$/.test(text), `${name}: "${text}"`);
      if (name === 'itunes:duration')
        check(/^[1-9]\d*$/.test(text), `${name}: "${text}" is no number of seconds`);
      if (name === 'itunes:image')
        check(
          /^https:.*\.(?:jpe?g|png)$/i.test(withoutQuery(attributes.href)),
          `${name}: "${attributes.href}"`,
        );
      check(!OF_THE_PAST.includes(name), `${name}: is of the past`);
    }
  }
  for (const item of items.filter(({ children }) =>
    children.some(({ name }) => name.startsWith('itunes:')),
  )) {
    const url = one(item, 'enclosure')?.attributes.url;
    check(
      /\.(?:m4a|mp3|mov|mp4|m4v|pdf|epub)$/i.test(withoutQuery(url)),
      `enclosure: Apple does not take "${url}"`,
    );
  }
  for (const { name, text } of [...ours, ...(owner?.children ?? [])]) {
    check([...text].length <= 255, `${name}: is longer than 255 characters`);
    check(text === text.trim(), `${name}: has spaces around it`);
  }
  return faults;
}

export function withoutQuery(url = ''): string {
  return url.replace(/[?#].*$/, '');
}
