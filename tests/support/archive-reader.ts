import { all, type Element, one, type ReadEntry, readAtom, readJson, readRss, xmlTree } from './parsers.ts';

/**
 * A feed reader that walks from a subscription document through its archive (RFC 5005, section 4). It knows nothing of
 * Broadsheet.
 */

type Ask = (path: string) => Promise<Response>;
export type ReadDocument = {
  url: string;
  entries: ReadEntry[];
  /** Link relation → address. */
  links: Record<string, string>;
  isArchive: boolean;
  response: Response;
  text: string;
};

/** More than any feed of a test has. */
const MOST_DOCUMENTS = 1000;

/** Reads the document at a path, in any format. */
export async function readDocument(ask: Ask, path: string): Promise<ReadDocument> {
  const response = await ask(path);
  if (response.status !== 200) throw new Error(`${path} was answered ${response.status}`);
  const text = await response.text();
  const { entries, links, isArchive } = path.endsWith('.json') ? fromJson(text) : fromXml(text);
  return { url: path, entries, links, isArchive, response, text };
}

/** Returns the documents from `path` along the links `rel`, first to last. `between` runs before each step. */
export async function walk(
  ask: Ask,
  path: string,
  rel: 'prev-archive' | 'next-archive' = 'prev-archive',
  between: (steps: number) => Promise<void> = async () => {},
): Promise<ReadDocument[]> {
  const documents: ReadDocument[] = [];
  const seen = new Set<string>();
  for (let next: string | undefined = path; next !== undefined; ) {
    if (seen.has(next) || documents.length === MOST_DOCUMENTS)
      throw new Error(`walked in a circle at ${next}`);
    seen.add(next);
    if (documents.length > 0) await between(documents.length);
    const document: ReadDocument = await readDocument(ask, next);
    documents.push(document);
    next = document.links[rel] && pathOf(document.links[rel]);
  }
  return documents;
}

export function pathOf(url: string): string {
  const { origin, href } = new URL(url);
  return href.slice(origin.length);
}

function fromXml(text: string): Pick<ReadDocument, 'entries' | 'links' | 'isArchive'> {
  const root = xmlTree(text);
  const isRss = root.name === 'rss';
  const head = (isRss ? one(root, 'channel') : root) as Element;
  const links = all(head, 'atom:link').map(({ attributes }) => [attributes.rel ?? '', attributes.href ?? '']);
  return {
    entries: isRss ? readRss(text) : readAtom(text),
    links: Object.fromEntries(links),
    isArchive: one(head, 'fh:archive') !== undefined,
  };
}

function fromJson(text: string): Pick<ReadDocument, 'entries' | 'links' | 'isArchive'> {
  const { feed_url, next_url, hubs } = JSON.parse(text);
  const links = {
    self: feed_url,
    ...(next_url && { 'prev-archive': next_url }),
    ...(hubs && { hub: hubs[0].url }),
  };
  return { entries: readJson(text), links, isArchive: false };
}
