import fc from 'fast-check';
import { expect } from 'vitest';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';
import { all, type ReadEntry, readAtom, readJson, readRss, xmlTree } from '../support/parsers.ts';
import { EVERY_KIND, type File, type Operation, operation, readers } from './polling-walks.ts';

/** Feed readers poll with validators that they saved. They must end with the same entries as whole documents have. */

const ENTRIES = 3;
const READ = { 'rss.xml': readRss, 'atom.xml': readAtom, 'feed.json': readJson };
let deltas = 0;

/** What a feed reader keeps of an answer: its ETag, its date, and the entries that it shows after it. */
type Saved = { tag: string; date: string; view: ReadEntry[] };
type Reader = { path: string; file: File; saved: Saved[] };

function headersFor(saved: Saved[], back: number, how: string): Record<string, string> {
  const { tag = '', date: since = '' } = saved.at(-1 - back) ?? {};
  if (tag === '' || how === 'none') return {};
  switch (how) {
    case 'tag':
      return { 'if-none-match': tag };
    case 'weak tag':
      return { 'if-none-match': `W/${tag}` };
    case 'date':
      return { 'if-modified-since': since };
    case 'tag and date':
      return { 'if-none-match': tag, 'if-modified-since': since };
    default:
      return { 'if-none-match': tag, 'a-im': 'feed' };
  }
}

async function poll(world: World, reader: Reader, back: number, how: string, accept: string): Promise<void> {
  // A cache can send the ETags of all documents that it saved. The ETag of a 304 then says which document is current.
  const isList = how === 'all tags' && reader.saved.length > 0;
  const step = reader.saved.length === 0 ? 0 : back % reader.saved.length;
  const headers = isList
    ? { 'if-none-match': reader.saved.map(({ tag }) => tag).join(', ') }
    : headersFor(reader.saved, step, how);
  const answer = await world.request(reader.path, { headers: { 'accept-encoding': accept, ...headers } });
  if (answer.status === 404) return;
  const tag = answer.headers.get('etag') ?? '';
  const based = isList
    ? reader.saved.findLast((saved) => sameDocument(saved.tag, tag))
    : reader.saved.at(-1 - step);
  const view = await viewAfter(answer, reader.file, based?.view ?? []);
  reader.saved.push({ tag, date: answer.headers.get('last-modified') ?? '', view });
}

const sameDocument = (one: string, other: string) => one.slice(1, 31) === other.slice(1, 31);

async function viewAfter(answer: Response, format: File, view: ReadEntry[]): Promise<ReadEntry[]> {
  if (answer.status === 304) return view;
  const text = await unpacked(answer);
  const entries = READ[format](text);
  if (answer.status === 200) return entries;
  expect(answer.status).toBe(226);
  deltas += 1;
  const gone =
    format === 'atom.xml'
      ? all(xmlTree(text), 'at:deleted-entry').map(({ attributes }) => attributes.ref)
      : [];
  const isKept = (entry: ReadEntry) =>
    !gone.includes(entry.id) && !entries.some((other) => other.id === entry.id);
  return [...entries, ...view.filter(isKept)].toSorted(newestFirst).slice(0, ENTRIES);
}

function newestFirst(a: ReadEntry, b: ReadEntry): number {
  const key = ({ published = '', id: entryId = '' }: ReadEntry) => `${published}#${entryId}`;
  return key(a) < key(b) ? 1 : -1;
}

async function unpacked(answer: Response): Promise<string> {
  const coding = answer.headers.get('content-encoding');
  if (!coding) return answer.text();
  const format = coding === 'br' ? 'brotli' : 'gzip';
  return new Response(answer.body?.pipeThrough(new DecompressionStream(format as CompressionFormat))).text();
}

async function run(world: World, readers: Reader[], operations: Operation[]): Promise<void> {
  let edits = 0;
  const at = (minutes: number) => new Date(world.now() + minutes * 60_000).toISOString();
  const patch = (article: string, change: object) => world.edit('PATCH', `/api/articles/${article}`, change);
  for (const each of operations) {
    // Last-Modified has whole seconds, so only the ETag tells two changes within a second apart (RFC 9110, 8.8.2.2).
    if (each.kind !== 'poll') world.pass(1000);
    edits += 1;
    switch (each.kind) {
      case 'put': {
        const { language, section } = each;
        const publishedAt = each.date === null ? {} : { publishedAt: at(each.date) };
        const input = anArticleInput({
          title: `Edit ${edits}`,
          tags: each.tags,
          language,
          section,
          ...publishedAt,
        });
        await world.edit('PUT', `/api/articles/${each.id}`, input);
        break;
      }
      case 'edit':
        await patch(each.id, { title: `Edit ${edits}` });
        break;
      case 'tag':
        await patch(each.id, { tags: each.tags });
        break;
      case 'move':
        await patch(each.id, { publishedAt: at(each.date) });
        break;
      case 'unpublish':
        await patch(each.id, { status: 'draft' });
        break;
      case 'retract':
        await world.edit('DELETE', `/api/articles/${each.id}`);
        break;
      case 'wait':
        world.pass(each.minutes * 60_000);
        break;
      case 'poll': {
        const reader = readers[each.reader];
        if (reader) await poll(world, reader, each.back, each.validators, each.encoding);
      }
    }
  }
}

/**
 * Whatever editors do and a feed reader saved, the feed reader ends with the entries of the whole documents. Makes `numRuns` random
 * walks of at most `maxLength` steps. Returns how many answers were compared, and how many answers were deltas.
 */
export async function pollWithWhatWasSaved(
  numRuns: number,
  maxLength: number,
): Promise<{ answers: number; deltas: number }> {
  deltas = 0;
  const { config } = await setUp();
  const feeds = { ...config.publication.feeds, entries: ENTRIES };
  let answers = 0;
  await fc.assert(
    fc.asyncProperty(
      readers,
      fc.array(operation, { minLength: 10, maxLength }),
      async (given, operations) => {
        const world = await setUp({ config: { publication: { ...config.publication, feeds } } });
        const polling: Reader[] = given.map((each) => ({
          path: `${each.folder}/${each.file}`,
          file: each.file,
          saved: [],
        }));
        await run(world, polling, operations);
        const fresh = await setUp({
          sharing: world,
          config: { publication: { ...config.publication, feeds } },
        });
        for (const [index, reader] of polling.entries()) {
          const { last = '', back = 0 } = given[index] ?? {};
          await poll(world, reader, back, last, 'br');
          const whole = await fresh.request(reader.path);
          if (whole.status === 404) continue;
          expect(reader.saved.at(-1)?.view).toEqual(READ[reader.file](await whole.text()));
          answers += 1;
        }
      },
    ),
    { numRuns, examples: [EVERY_KIND] },
  );
  return { answers, deltas };
}
