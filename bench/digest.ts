import { ensureTable, openTable, type Table } from '../functions/adapters/dynamo/dynamo-client.ts';
import { startDynoxide } from '../functions/adapters/one-machine/dynoxide.ts';
import { ids } from '../functions/adapters/random.ts';
import { readTemplates } from '../functions/adapters/read-templates.ts';
import { createArticle } from '../functions/articles/write-article.ts';
import type { Config } from '../functions/config.ts';
import { composeIssue } from '../functions/newsletter/compose-issue.ts';
import { startIssue } from '../functions/newsletter/start-issue.ts';
import type { Templates } from '../functions/shared/locale.ts';
import { tableStores } from '../functions/start/stores.ts';
import { signedLinks } from '../functions/subscribers/links.ts';
import { type Benchmark, figure, type Result } from './benchmark.ts';
import { type Child, flagsOfStart, startServer } from './child.ts';
import { addReaders } from './digest-readers.ts';
import { digestConfig, editionOf, LINK_SECRET, SLOT, STORIES } from './digest-settings.ts';
import { interleave } from './interleave.ts';
import { story } from './stories.ts';

/**
 * Measures how fast an issue goes to a hundred thousand readers. Batches are planned, claimed, frozen, mailed through the
 * `resend` client, and their outcomes stored, with the embedded DynamoDB. The issue is compared with a plain loop, which
 * stringifies the mails of such a request and POSTs them to the same server. The difference is the cost of knowing that each
 * reader got the issue once. The benchmark also counts DynamoDB's units, which are the same on every machine.
 */
export const digest: Benchmark = { name: 'digest', run };

const SIZES = [1_000, 10_000, 100_000];
const READERS = 100_000;
/** Rounds of each kind, in turns. Together they send the first nine tenths of the issue. */
const PAIRS = 6;
const REQUESTS = 150;

const BAR = 0.7;
const MAX_MEGABYTES = 300;
/**
 * Consent and suppression of each reader are read at the last moment and strongly consistently, for one unit each. All other
 * reads serve many readers.
 */
const MAX_READ = 2.5;
/** A batch costs some forty write units. */
const MAX_WRITE = 0.6;
/**
 * The cost for a reader depends little on how long the list is: for the dearest length it may be this many times as high as
 * for the cheapest. Each of ten choices has a batch that is not full, which matters most for a thousand readers.
 */
const FLAT = { read: 1.1, write: 1.35 };

type Units = { read: number; write: number };

async function run(): Promise<Result[]> {
  const children: Child[] = [];
  const begin = async (file: string, args: string[], nodeFlags: string[] = []) => {
    const child = await startServer(file, args, {}, nodeFlags);
    children.push(child);
    return child;
  };
  const database = await startDynoxide({ reachableBy: 'everybody' });
  try {
    const receiver = await begin('bench/digest-receiver.ts', []);
    const config = digestConfig(SIZES, receiver.url);
    const table = openTable(config.tableName, database.endpoint);
    const { compose, rendersOfVariant } = await newsroom(table, config);
    const worker = () =>
      begin('bench/digest-work.ts', [receiver.url, database.endpoint, SIZES.join(',')], flagsOfStart());
    const units = new Map<number, Units>();
    for (const size of SIZES.filter((each) => each !== READERS)) {
      await compose(size);
      units.set(size, await whole(await worker(), receiver, size));
    }
    await compose(READERS);
    const ours = await worker();
    const bare = await begin('bench/digest-bare.ts', [receiver.url]);
    const large = issueOf(ours, READERS);
    // Our first round also puts the whole list of readers into batches, so this counts in the comparison.
    const their = () => bareRound(bare);
    await their();
    const { ratio, quartiles, ...rates } = await interleave(() => large.round(REQUESTS), their, PAIRS);
    await large.round(Number.POSITIVE_INFINITY);
    await assertTaken(receiver, READERS);
    units.set(READERS, large.units());
    return [
      {
        what: `${figure(READERS)} readers`,
        value: ratio,
        unit: '×',
        bar: { atLeast: BAR },
        noise: `${figure(quartiles[0])}–${figure(quartiles[1])} in half of ${rates.pairs} pairs`,
        details: [
          `${figure(rates.ours)} mails a second against ${figure(rates.theirs)}, of ${figure(await mailKilobytes(receiver))} KB each`,
        ],
      },
      {
        what: 'peak memory of the sender',
        value: await peakMegabytes(ours),
        unit: 'MB',
        bar: { atMost: MAX_MEGABYTES },
        details: [`${figure(await peakMegabytes(bare))} MB for the loop`],
      },
      { what: 'renders of a variant', value: rendersOfVariant(), unit: '', bar: { atMost: 1 }, details: [] },
      ...unitResults(units),
    ];
  } finally {
    await Promise.all(children.map((child) => child.stop()));
    await database.stop();
  }
}

function unitResults(units: Map<number, Units>): Result[] {
  return (['read', 'write'] as const).flatMap((kind) => {
    const perReader = [...units].map(([size, each]) => each[kind] / size);
    return [
      {
        what: `${kind} units a reader`,
        value: Math.max(...perReader),
        unit: '',
        bar: { atMost: kind === 'read' ? MAX_READ : MAX_WRITE },
        details: [perReader.map((each, at) => `${figure(each)} of ${figure(SIZES[at] ?? 0)}`).join(', ')],
      },
      {
        what: `  the dearest length by the cheapest`,
        value: Math.max(...perReader) / Math.min(...perReader),
        unit: '×',
        bar: { atMost: FLAT[kind] },
        details: [],
      },
    ];
  });
}

/**
 * Fills the table with stories and readers. Returns a function that composes the issue of an edition, and one that returns how
 * often a variant was rendered.
 */
async function newsroom(table: Table, config: Config) {
  await ensureTable(table);
  const stores = tableStores(table, config);
  const silent = () => {};
  const log = { info: silent, warn: console.error, error: console.error };
  const { templates, renders } = counted(readTemplates('templates'));
  const services = {
    ...stores,
    links: signedLinks(LINK_SECRET),
    config,
    templates,
    queue: { send: async () => {} },
    clock: Date.now,
    ids,
    log,
  };
  const first = Date.now() - 3_600_000;
  for (let index = 0; index < STORIES * 2; index++) {
    const { ok } = await createArticle(services, { ...story(index, first), image: IMAGE }, () => '');
    if (!ok) throw new Error(`story ${index} was refused`);
  }
  // The events of the stories are no part of the issue, so they are removed as if they were carried out.
  for (const { id } of await stores.outbox.leftBefore(new Date().toISOString(), STORIES * 2))
    await stores.outbox.remove(id);
  for (const size of SIZES) await addReaders(table, editionOf(size), size);
  let variants = 0;
  return {
    async compose(size: number): Promise<void> {
      const ref = { edition: editionOf(size), slot: SLOT };
      await startIssue(services, ref.edition, ref.slot, new Date().toISOString());
      await composeIssue(services, ref);
      variants += (await stores.issues.frozen(ref))?.variants.length ?? 0;
    },
    rendersOfVariant: () => renders() / variants,
  };
}

const IMAGE = {
  url: 'https://images.paper.example/2026/11/22/the-ferry-at-the-new-quay-at-half-past-seven.jpg?width=1200',
  alt: 'The ferry at the new quay, with its ramp half down and three people waiting in the rain',
  caption: 'The ferry at the new quay on Sunday, before the first crossing',
  credit: 'A photographer of the paper',
  width: 1200,
  height: 800,
};

/** Liquid checks whether a template exists, and then reads it. So each rendering takes the template twice. */
const READS_A_RENDER = 2;

function counted(templates: Templates): { templates: Templates; renders(): number } {
  let reads = 0;
  const mjml = new Proxy(templates.mjml, {
    get(target, name: string) {
      if (name === 'digest') reads += 1;
      return target[name];
    },
  });
  return { templates: { ...templates, mjml }, renders: () => reads / READS_A_RENDER };
}

type Round = Units & { seconds: number; mails: number; ended: boolean };

function issueOf(worker: Child, size: number) {
  const units = { read: 0, write: 0 };
  return {
    /** Makes this many requests, or as many as are left, and returns the mails per second. */
    async round(requests: number): Promise<number> {
      const query = new URLSearchParams({ edition: editionOf(size), requests: String(requests) });
      const { seconds, mails, read, write } = await json<Round>(worker, 'POST', `/round?${query}`);
      units.read += read;
      units.write += write;
      return mails / seconds;
    },
    units: () => units,
  };
}

async function whole(worker: Child, receiver: Child, size: number): Promise<Units> {
  const issue = issueOf(worker, size);
  await issue.round(Number.POSITIVE_INFINITY);
  await assertTaken(receiver, size);
  return issue.units();
}

async function assertTaken(receiver: Child, size: number): Promise<void> {
  const taken = await json<{ mails: number; readers: number }>(
    receiver,
    'GET',
    `/taken?edition=${editionOf(size)}`,
  );
  if (taken.mails !== size || taken.readers !== size)
    throw new Error(
      `the list has ${size} readers, but ${taken.readers} readers were sent ${taken.mails} mails`,
    );
}

async function bareRound(bare: Child): Promise<number> {
  const { seconds } = await json<{ seconds: number }>(bare, 'POST', `/round?requests=${REQUESTS}`);
  return (REQUESTS * 100) / seconds;
}

async function peakMegabytes(child: Child): Promise<number> {
  return (await json<{ peakBytes: number }>(child, 'GET', '/memory')).peakBytes / 1e6;
}

async function mailKilobytes(receiver: Child): Promise<number> {
  const mails = await json<{ html: string }[]>(receiver, 'GET', '/sample');
  return mails.reduce((sum, { html }) => sum + Buffer.byteLength(html), 0) / mails.length / 1000;
}

async function json<T>({ url }: Child, method: string, path: string): Promise<T> {
  const response = await fetch(`${url}${path}`, { method });
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
