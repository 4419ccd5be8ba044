import { Hono } from 'hono';
import { beforeAll, describe, expect, it } from 'vitest';
import { lambdaHandler } from '../../functions/start/lambda-answer.ts';
import { httpEvent } from '../bundles/lambda.ts';
import { setUp, type World } from '../support/installation.ts';
import { LAMBDA_BYTES, onLambda } from '../support/lambda-answers.ts';

/** No answer is larger than what Lambda takes, however large what editors have stored and sent. */

const JSON_TYPE = { 'content-type': 'application/json' };
const post = (world: World, body: unknown) =>
  onLambda(world, 'POST', '/api/articles', {
    headers: JSON_TYPE,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** A text of these characters, which take five or six bytes in XML and HTML. */
const escaped = (characters: number) => '"&'.repeat(characters / 2);
const url = `https://paper.example/${'&'.repeat(2000)}`;

/** A story that takes as much as a body of a megabyte can: 1.5 MB of HTML, and every other field at its limit. */
function largestStory(id: string) {
  const people = (letter: string) =>
    Array.from({ length: 10 }, (_, index) => ({ name: `${escaped(990)}${letter}${index}`, url }));
  return {
    id,
    language: 'en',
    section: 'harbour',
    title: '"&<'.repeat(36_600),
    summary: escaped(20_000),
    content: { html: '<p>'.repeat(150_000) },
    image: { url, alt: escaped(5000), caption: escaped(20_000), credit: escaped(5000) },
    audio: { url, type: 'audio/mpeg', bytes: 1 },
    related: Array.from({ length: 50 }, () => ({ title: escaped(2000), url })),
    tags: Array.from({ length: 25 }, (_, index) => `${escaped(196)}${index}`),
    authors: people('a'),
    contributors: people('b'),
  };
}

describe('of the largest stories', () => {
  let world: World;
  beforeAll(async () => {
    world = await setUp();
    for (const id of ['one', 'two', 'three', 'four']) {
      expect((await post(world, largestStory(id))).status).toBe(201);
      world.pass(1000);
    }
  });

  const documents = ['/rss.xml', '/atom.xml', '/feed.json', '/podcast.xml', '/archive/2026-11/atom.xml'];
  it.each(
    documents.flatMap((path) => ['identity', 'gzip', 'br'].map((encoding) => [path, encoding] as const)),
  )('the document %s fits in %s', async (path, encoding) => {
    const { status, bytes } = await onLambda(world, 'GET', path, {
      headers: { 'accept-encoding': encoding },
    });
    expect(status).toBe(200);
    expect(bytes).toBeLessThan(LAMBDA_BYTES);
  });

  it('a feed has the newest story, and says where the others are', async () => {
    const { body } = await onLambda(world, 'GET', '/feed.json');
    const { items, next_url } = JSON.parse(body);
    expect(items.map(({ id }: { id: string }) => id.split('/').at(-1))).toEqual(['four']);
    expect(next_url).toContain('/archive/2026-11/');
  });

  it.each(['/', '/articles/one', '/api/articles/one', '/rss.xml'])('the page %s fits', async (path) => {
    const { status, bytes } = await onLambda(world, 'GET', path, { headers: { accept: 'text/html' } });
    expect(status).toBe(200);
    expect(bytes).toBeLessThan(LAMBDA_BYTES);
  });

  it('a page of a list has as many as fit, and says where the list goes on', async () => {
    const seen: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const { body, bytes } = await onLambda(world, 'GET', `/api/articles?limit=100&cursor=${next}`);
      expect(bytes).toBeLessThan(LAMBDA_BYTES);
      const page = JSON.parse(body);
      seen.push(...page.articles.map(({ id }: { id: string }) => id));
      next = page.next;
      expect(seen.length).toBeLessThan(10);
    }
    expect(seen).toEqual(['four', 'three', 'two', 'one']);
  });
});

it('the lists of feeds fit, although fifty stories have two thousand feeds with long names', async () => {
  const world = await setUp();
  // Outside the basic plane, a letter takes twelve characters in an address, and twenty in an address within an address.
  const letters = '𐐨'.repeat(70);
  for (let story = 0; story < 50; story++) {
    const tags = Array.from({ length: 25 }, (_, index) => `${letters}${story}t${index}`);
    const authors = Array.from({ length: 10 }, (_, index) => ({ name: `${letters}${story}a${index}` }));
    const small = { title: 'Small', language: 'en', content: { html: '<p>Text.</p>' } };
    expect((await post(world, { id: `s${story}`, ...small, tags, authors })).status).toBe(201);
    world.pass(1000);
  }
  for (const path of ['/opml.xml', '/feeds', '/en/feeds']) {
    const { status, bytes, body } = await onLambda(world, 'GET', path);
    expect(status, path).toBe(200);
    expect(bytes, path).toBeLessThan(LAMBDA_BYTES);
    // The feeds of the newest story are there, and those of the oldest are not.
    expect(body, path).toContain(`${letters}49t0`);
    expect(body, path).not.toContain(`${letters}0t0`);
  }
});

/** Members of a JSON object with short names, as many as a body of a megabyte can have. */
const members = (count: number) =>
  Array.from({ length: count }, (_, index) => `,"${String.fromCodePoint(0x100 + index)}":1`).join('');
const STORY = '{"title":"x","language":"en","content":{"html":"<p>a</p>"';
const handlers = Array.from({ length: 100_000 }, (_, index) => `on${index.toString(36)}`).join(' ');

it.each([
  ['a field that no article has', `${STORY}}${members(50_000)}}`, 50_000],
  ['a field that no content has', `${STORY}${members(50_000)}}}`, 50_000],
])('a refusal lists the first faults and counts all: %s', async (_, body, count) => {
  const answer = await post(await setUp(), body);
  expect(answer.status).toBe(422);
  expect(answer.bytes).toBeLessThan(1_000_000);
  const { errors, detail } = JSON.parse(answer.body);
  expect(errors).toHaveLength(100);
  expect(detail).toBe(`${count} faults. The first 100 are listed in errors.`);
});

it.each([
  ['handlers', `{"title":"x","language":"en","content":{"html":"<p ${handlers}>a</p>"}}`],
  ['characters', `${STORY}},"warnings":[${'"\\u0001",'.repeat(99_999)}"\\u0001"]}`],
])(
  'an article that is stored with very many warnings lists the first and counts the others: %s',
  async (_, body) => {
    const answer = await post(await setUp(), body);
    expect(answer.status).toBe(201);
    expect(answer.bytes).toBeLessThan(1_000_000);
    const { warnings } = JSON.parse(answer.body);
    expect(warnings).toHaveLength(101);
    expect(warnings.at(-1).detail).toBe('and 99900 more warnings, which are not listed');
  },
);

describe('the handler on Lambda', () => {
  const lines: unknown[] = [];
  const log = { info() {}, warn() {}, error: (...line: unknown[]) => void lines.push(line) };
  const answerWith = (text: string) => {
    const app = new Hono().get('/', (context) => context.text(text));
    return lambdaHandler(app, log)(httpEvent('GET', '/') as never);
  };

  it('writes text that would grow too much as base64', async () => {
    const quotes = '"\n'.repeat(2_200_000);
    const { body, isBase64Encoded, ...answer } = await answerWith(quotes);
    expect(isBase64Encoded).toBe(true);
    expect(Buffer.byteLength(JSON.stringify({ body, ...answer }))).toBeLessThan(LAMBDA_BYTES);
    expect(Buffer.from(body ?? '', 'base64').toString() === quotes).toBe(true);
    expect((await answerWith('a'.repeat(4_400_000))).isBase64Encoded).toBe(false);
  });

  it('answers 500 in place of an answer that Lambda would refuse, and the log names its path', async () => {
    const { statusCode, body } = await answerWith('a'.repeat(6_300_000));
    expect([statusCode, JSON.parse(body ?? '').status]).toEqual([500, 500]);
    expect(lines).toEqual([
      [
        'an answer is too large for Lambda',
        expect.objectContaining({ path: '/', bytes: expect.any(Number) }),
      ],
    ]);
  });
});
