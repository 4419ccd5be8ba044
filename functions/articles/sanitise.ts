import MarkdownIt from 'markdown-it';
import sanitizeHtml from 'sanitize-html';
import { legalText } from '../shared/text.ts';
import { isTrackingPixel } from './tracking-pixel.ts';

/**
 * The HTML of an article body, reduced to an allow-list: what a story is made of stays (figures, captions, tables,
 * code, quotations, audio and video over https), everything that runs, tracks or styles goes.
 */

const LINKS = ['http', 'https', 'mailto', 'tel'];
const IMAGES = ['http', 'https'];
const MEDIA = ['https'];

/** Attribute → the schemes it may have, by tag. Each is resolved against the article's own URL. */
const URL_ATTRIBUTES: Record<string, Record<string, string[]>> = {
  a: { href: LINKS },
  img: { src: IMAGES },
  audio: { src: MEDIA },
  video: { src: MEDIA, poster: IMAGES },
  source: { src: MEDIA },
  track: { src: MEDIA },
  blockquote: { cite: LINKS },
  q: { cite: LINKS },
  del: { cite: LINKS },
  ins: { cite: LINKS },
};

const EVERYWHERE = ['lang', 'dir', 'title'];
const ALLOWED_ATTRIBUTES: Record<string, string[]> = {
  '*': EVERYWHERE,
  a: ['href', 'hreflang', 'rel'],
  img: ['src', 'alt', 'width', 'height'],
  audio: ['src', 'controls', 'preload'],
  video: ['src', 'controls', 'preload', 'poster', 'width', 'height'],
  source: ['src', 'type'],
  track: ['src', 'kind', 'srclang', 'label'],
  blockquote: ['cite'],
  q: ['cite'],
  del: ['cite', 'datetime'],
  ins: ['cite', 'datetime'],
  time: ['datetime'],
  ol: ['start', 'reversed', 'type'],
  li: ['value'],
  td: ['colspan', 'rowspan', 'headers'],
  th: ['colspan', 'rowspan', 'headers', 'scope'],
  col: ['span'],
  colgroup: ['span'],
  code: ['class'],
  data: ['value'],
};

const ALLOWED_TAGS =
  `p h2 h3 h4 h5 h6 a em strong b i u s sub sup small mark abbr cite q time br hr wbr blockquote ul ol li dl dt dd
  figure figcaption img audio video source track table caption thead tbody tfoot tr td th col colgroup pre code kbd
  samp var del ins dfn data ruby rp rt bdi span div section details summary`.split(/\s+/);

/**
 * The title of a story is its only `h1`. Validators take `bdo` for dangerous; `bdi` has a `dir` as well, and without the
 * override of single letters, which no story needs.
 */
const RENAMED = new Map([
  ['h1', 'h2'],
  ['bdo', 'bdi'],
]);

/** Gone with their content: it is no text of the story. */
const DROPPED_WHOLE =
  'script style noscript template iframe object embed applet svg math form button select textarea option title head'.split(
    ' ',
  );

/** A player that lost its address. The sanitiser's output has no `>` inside a tag, so this cannot run past one. */
const PLAYER_OF_NOTHING = /<(audio|video)(?![^>]* src=)[^>]*>\s*<\/\1>/g;

/** Elements that are kept within each other; deeper ones leave their text. */
const NESTING = 100;
/** The parser's time grows with the square of it: a megabyte of open tags would take minutes. Stories have some tens. */
export const MAX_DEPTH = 1000;
class TooDeep extends Error {}

export type SanitisedHtml = {
  html: string;
  /** What was taken out, a sentence each, for the editor. */
  removed: string[];
  /** It is nested deeper than the parser can read in good time, and was not read to its end. To be refused. */
  tooDeep: boolean;
  /** Relative URLs that nothing could resolve, as they were written. Not empty: the body is to be refused. */
  relative: string[];
};

/** Markdown (CommonMark and GitHub's tables) → HTML, not yet sanitised. */
export function htmlOfMarkdown(source: string): string {
  return markdown.render(source);
}

/** HTML within it is sanitised with the rest. `maxNesting` keeps hostile nesting from the stack. */
const markdown = new MarkdownIt({ html: true, maxNesting: 100 });

/** HTML of any origin → HTML that is safe in a feed, a page and a mail. `base` resolves its relative URLs. */
export function sanitiseHtml(source: string, base: string | undefined): SanitisedHtml {
  const relative = new Set<string>();
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

  let depth = 0;
  let dropped = false;
  const options: sanitizeHtml.IOptions = {
    allowedTags: ALLOWED_TAGS,
    allowedAttributes: ALLOWED_ATTRIBUTES,
    allowedClasses: { code: ['language-*'] },
    allowedSchemes: LINKS,
    allowProtocolRelative: false,
    nonTextTags: DROPPED_WHOLE,
    selfClosing: ['img', 'br', 'hr', 'wbr', 'source', 'track', 'col'],
    nestingLimit: NESTING,
    onOpenTag: (name) => {
      depth += 1;
      if (depth > MAX_DEPTH) throw new TooDeep();
      if (!ALLOWED_TAGS.includes(name) || depth > NESTING) dropped = true;
      if (!ALLOWED_TAGS.includes(name) && !RENAMED.has(name) && name !== 'html' && name !== 'body')
        count(`<${name}>`);
    },
    onCloseTag: () => {
      depth -= 1;
    },
    transformTags: {
      '*': (tagName, attributes) => ({
        tagName: RENAMED.get(tagName) ?? tagName,
        attribs: withUrls(tagName, attributes, base, relative, count),
      }),
    },
    exclusiveFilter: ({ tag, attribs }) => (tag === 'img' || tag === 'source') && !attribs.src,
  };
  let clean = '';
  try {
    clean = sanitizeHtml(legalText(source), options);
    // What stood inside a dropped element may nest otherwise without it: read once more, it stays as it is for ever.
    depth = 0;
    if (dropped) clean = sanitizeHtml(legalText(clean), options);
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
  }
  return {
    tooDeep: depth > MAX_DEPTH,
    // Character references such as &#1; have become characters only now.
    html: withoutEmptyPlayers(legalText(clean)).trim(),
    removed: [...counts].map(([what, times]) => `removed ${what}${times > 1 ? ` (${times} times)` : ''}`),
    relative: [...relative],
  };
}

/** One may stand in another, so until none is left. */
function withoutEmptyPlayers(html: string): string {
  for (let before = html; ; ) {
    const after = before.replace(PLAYER_OF_NOTHING, '');
    if (after === before) return after;
    before = after;
  }
}

function withUrls(
  tagName: string,
  attributes: Record<string, string>,
  base: string | undefined,
  relative: Set<string>,
  count: (what: string) => void,
): Record<string, string> {
  const kept: Record<string, string> = {};
  if (tagName === 'img' && isTrackingPixel(attributes)) {
    count('a tracking pixel');
    return kept;
  }
  for (const [name, value] of Object.entries(attributes)) {
    const schemes = URL_ATTRIBUTES[tagName]?.[name];
    if (!schemes) {
      kept[name] = legalText(value);
      if (name.startsWith('on')) count(`the handler ${name}`);
      continue;
    }
    if (value.trim() === '') continue;
    const url = resolve(value, base);
    if (url === 'relative') {
      if (!value.trim().startsWith('#')) relative.add(value);
    } else if (url && schemes.includes(url.protocol.slice(0, -1))) {
      kept[name] = url.href;
    } else {
      count(`a ${name} of <${tagName}> that is not ${schemes.join(', ')}`);
    }
  }
  if (tagName === 'img') kept.alt ??= '';
  if (tagName === 'audio' || tagName === 'video') kept.controls = '';
  return kept;
}

function resolve(value: string, base: string | undefined): URL | 'relative' | undefined {
  const text = value.trim();
  if (text.startsWith('//') && !base) return URL.parse(`https:${text}`) ?? undefined;
  const absolute = URL.parse(text);
  if (absolute) return absolute;
  if (base) return URL.parse(text, base) ?? undefined;
  return /^[a-z][a-z0-9+.-]*:/i.test(text) ? undefined : 'relative';
}
