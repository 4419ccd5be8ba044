import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoArticles } from '../functions/adapters/dynamo/dynamo-articles.ts';
import { ensureTable, type Item, openTable, type Table } from '../functions/adapters/dynamo/dynamo-client.ts';
import { dynoxideBinary, startDynoxide } from '../functions/adapters/one-machine/dynoxide.ts';
import type { Article } from '../functions/articles/article.ts';
import { parseArticle } from '../functions/articles/article-input.ts';
import { nextVersion } from '../functions/articles/article-version.ts';
import { isoTime } from '../functions/shared/clock.ts';
import { figure } from './benchmark.ts';
import { progress } from './progress.ts';
import { story } from './stories.ts';

/**
 * Makes a database file with the stories of many years. Posting a hundred thousand stories would take ten minutes. Instead the
 * real adapter writes them with a client that only collects the items, and the embedded database imports the items as an export
 * of DynamoDB.
 */

/** Only the newest stories have their full length. No feed reads the older ones, so they are short. */
const LONG_STORIES = 1_000;
const BRIEF = '<p>The council met, and put it off.</p>';
const MINUTES_APART = 10;
const TABLE = 'broadsheet';
const EXPORT_COMPRESSION = 1;

/**
 * Writes `count` articles into a new database in `folder`, and returns its file. The newest article is a minute older than
 * `now` (milliseconds). The newest articles are the same for every `count`. All articles are in their second version.
 */
export async function backlog(
  folder: string,
  count: number,
  now: number,
  languages: string[],
): Promise<string> {
  const data = join(folder, 'export', TABLE, 'data');
  mkdirSync(data, { recursive: true });
  writeFileSync(join(folder, 'schema.json'), JSON.stringify([await description()]));
  await pipeline(
    Readable.from(lines(count, now, languages)),
    createGzip({ level: EXPORT_COMPRESSION }),
    createWriteStream(join(data, 'items.json.gz')),
  );
  const file = join(folder, 'backlog.db');
  if (count > LONG_STORIES) console.error(`  ${figure(count)} articles: importing them into the database`);
  await run(dynoxideBinary(), [
    ...['import', '--source', join(folder, 'export'), '--schema', join(folder, 'schema.json')],
    ...['--output', file],
  ]);
  return file;
}

async function* lines(count: number, now: number, languages: string[]): AsyncGenerator<string> {
  const { table, written } = recorder();
  const store = dynamoArticles(table, languages);
  const say = progress(`${figure(count)} articles`, count);
  for (let index = 0; index < count; index++) {
    const next = articleBefore(index, now);
    await store.write({ previous: undefined, next, now });
    // The events in the outbox count as carried out long ago, so they are left out.
    const items = written().filter(({ pk }) => pk !== 'OUTBOX');
    yield items.map((item) => `${JSON.stringify({ Item: attributeValues(item) })}\n`).join('');
    say(index + 1);
  }
}

const bodies = new Map<string, Article>();

/** Returns the story with this index. Index 0 is the newest. */
function articleBefore(index: number, now: number): Article {
  const body = index % 100;
  const isLong = index < LONG_STORIES;
  const name = `${body} ${isLong}`;
  const article = bodies.get(name) ?? parsed(body, isLong, now);
  bodies.set(name, article);
  const published = now - 60_000 - index * MINUTES_APART * 60_000;
  return {
    ...article,
    id: idOf(index),
    version: 2,
    publishedAt: isoTime(published),
    createdAt: isoTime(published),
    updatedAt: isoTime(Math.min(now, published + 3_600_000)),
    publicAt: isoTime(published),
  };
}

function parsed(body: number, isLong: boolean, now: number): Article {
  const { publishedAt, id, ...input } = story(body, now);
  const outcome = parseArticle({ ...input, ...(!isLong && { content: { html: BRIEF } }) });
  if (!outcome.ok) throw new Error(`a story was refused: ${JSON.stringify(outcome.faults)}`);
  return nextVersion(undefined, idOf(body), outcome, now);
}

/**
 * Returns an id as long as a real one. The article with this index has the same id in every backlog, because the ids decide
 * where a part of an archive ends.
 */
function idOf(index: number): string {
  return BigInt(`0x${createHash('sha256').update(String(index)).digest('hex')}`)
    .toString(36)
    .slice(0, 20);
}

/** Returns a table whose client writes nothing. It collects the items that it should write. */
function recorder(): { table: Table; written(): Item[] } {
  let items: Item[] = [];
  const send = async ({ input }: TransactWriteCommand) => {
    for (const { Put } of input.TransactItems ?? []) if (Put?.Item) items.push(Put.Item);
  };
  return {
    table: { client: { send } as unknown as Table['client'], name: TABLE },
    written() {
      const taken = items;
      items = [];
      return taken;
    },
  };
}

/** Returns an item as DynamoDB JSON. It only knows the types that the items of articles have. */
function attributeValues(item: Item): Item {
  const attributeValue = (value: unknown) => {
    if (typeof value === 'string') return { S: value };
    if (typeof value === 'number') return { N: String(value) };
    if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') };
    throw new Error(`an attribute is a ${typeof value}`);
  };
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, attributeValue(value)]));
}

/** Returns the description of the table, as `ensureTable` makes it. */
async function description(): Promise<{ Table: unknown }> {
  const database = await startDynoxide({ reachableBy: 'everybody' });
  try {
    const table = openTable(TABLE, database.endpoint);
    await ensureTable(table);
    const { Table } = await table.client.send(new DescribeTableCommand({ TableName: TABLE }));
    return { Table };
  } finally {
    await database.stop();
  }
}

function run(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args[0]}: ${said}`)),
    );
  });
}
