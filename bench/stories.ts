/** Stories for benchmarks. Each has about 11 KB of HTML. They are the same in every run, and repeat as much as a newspaper. */

const SUBJECTS = [
  'The harbour master',
  'A committee of tenants',
  'The night shift',
  'One of the pilots',
  'The school board',
  'Her neighbour',
  'The council',
  'Nobody on the quay',
  'The engineer',
  'A second report',
];
const VERBS = [
  'asked for',
  'put off',
  'counted',
  'voted on',
  'would not sign',
  'paid for',
  'had warned of',
  'explained',
  'measured',
  'published',
];
const OBJECTS = [
  'the new timetable',
  'a wall of granite',
  'the price of the crossing',
  'every lamp on the pier',
  'the figures for October',
  'a loan over thirty years',
  'the northern entrance',
  'what the storm had left',
  'a list of repairs',
  'the draft of the budget',
];
const ENDINGS = [
  'before the tide turned',
  'at a meeting that lasted until two',
  'for the third time this year',
  'without a word about the cost',
  'in two languages',
  'as the law requires',
  'and then went home',
  'against the advice of the works',
  'on behalf of 46 skippers',
  'by nine votes to four',
];

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour));
const MINUTES = Array.from({ length: 60 }, (_, minute) => String(minute).padStart(2, '0'));

const SECTIONS = ['politics', 'harbour', 'neighbourhoods', 'culture', 'business'];
const CHARACTERS = 10_900;

/** Returns the article input with this index. Its date is a minute after the story before. */
export function story(index: number, first: number): Record<string, unknown> {
  const pick = picker(index + 1);
  const sentence = () =>
    `${pick(SUBJECTS)} ${pick(VERBS)} ${pick(OBJECTS)} ${pick(ENDINGS)}, at ${pick(HOURS)}:${pick(MINUTES)}.`;
  const paragraph = () => `<p>${Array.from({ length: 6 }, sentence).join(' ')}</p>\n`;
  let html = '';
  while (html.length < CHARACTERS) {
    html += html.length % 3 === 1 ? `<h2>${sentence()}</h2>\n` : paragraph();
  }
  return {
    id: `story-${index}`,
    title: `${sentence().slice(0, -1)} (${index})`,
    summary: `${sentence()} ${sentence()}`,
    language: index % 2 === 0 ? 'en' : 'es',
    section: SECTIONS[index % SECTIONS.length],
    tags: ['Harbour', index % 3 === 0 ? 'López Obrador' : `Year ${index % 7}`],
    authors: [{ name: `Reporter ${index % 12}` }],
    content: { html },
    publishedAt: new Date(first + index * 60_000).toISOString(),
  };
}

/** Posts `count` stories through the API, a few at the same time. The newest is an hour old. */
export async function postStories(url: string, token: string, count: number): Promise<void> {
  const first = Date.now() - 3_600_000 - count * 60_000;
  let next = 0;
  const post = async () => {
    while (next < count) {
      const answer = await fetch(`${url}/api/articles`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(story(next++, first)),
      });
      if (answer.status !== 201)
        throw new Error(`a story was answered ${answer.status}: ${await answer.text()}`);
      await answer.body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: 4 }, post));
}

/** Returns a linear congruential generator (Numerical Recipes), which makes the same choices in every run. */
function picker(seed: number): (from: string[]) => string {
  let state = seed;
  return (from) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return from[Math.floor((state / 2 ** 32) * from.length)] ?? '';
  };
}
