import sanitizeHtml from 'sanitize-html';
import { MOST_LISTED } from '../shared/refusal.ts';
import { legalText, shorten } from '../shared/text.ts';
import { BeyondLimit, MAX_DEPTH, MAX_ELEMENTS, MAX_HTML_BYTES } from './body-limits.ts';
import { isTrackingPixel } from './tracking-pixel.ts';

/**
 * Reduces the HTML of an article's body to an allow-list. The parts of a story stay: text, figures, captions, tables,
 * code, quotations, and audio and video over https. Everything that runs code, tracks readers or sets styles is
 * removed.
 */

const LINKS = ['http', 'https', 'mailto', 'tel'];
const IMAGES = ['http', 'https'];
const MEDIA = ['https'];

/** The schemes that a URL may have, by tag and attribute. Each URL is resolved against the URL of the article. */
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
 * Tags that become other tags. A page has one `h1`, which is the title of the story. Feed validators call `bdo`
 * dangerous. `bdi` has a `dir` too. It does not override the direction of single letters, but no story needs that.
 */
const RENAMED = new Map([
  ['h1', 'h2'],
  ['bdo', 'bdi'],
]);

/** Elements that are removed with their content, because it is not text of the story. */
const DROPPED_WHOLE =
  'script style noscript template iframe object embed applet svg math form button select textarea option title head'.split(
    ' ',
  );

/**
 * A player whose address was removed. The sanitised HTML has no `>` inside a tag, so the pattern cannot match beyond
 * the end of a tag.
 */
const EMPTY_PLAYER = /<(audio|video)(?![^>]* src=)[^>]*>\s*<\/\1>/g;

/** A picture or a file of a player whose address was removed. All its other attributes are removed then too. */
const EMPTY_TAGS = ['<img />', '<source />'];

/** The most levels of elements that are kept. Of deeper elements only the text stays. */
const NESTING = 100;

export type SanitisedHtml = {
  html: string;
  /** A phrase for the editor for each thing that was removed, for a hundred different things at most. */
  removed: string[];
  /** How many times other things were removed. */
  removedOthers: number;
  /** Relative URLs that could not be resolved, as they were written. If there are any, the body must be refused. */
  relative: string[];
};

/**
 * Turns any HTML into HTML that is safe in a feed, a page and a mail. Relative URLs are resolved against `base`. Throws
 * BeyondLimit if the HTML is nested too deep, has too many elements, or becomes too long.
 */
export function sanitiseHtml(source: string, base: string | undefined): SanitisedHtml {
  const relative = new Set<string>();
  const { count, counted } = removals();
  let dropped = false;

  const pass = (html: string): string => {
    let [depth, elements, written] = [0, 0, 0];
    const writes = (text: string) => {
      written += text.length;
      if (written > MAX_HTML_BYTES) throw new BeyondLimit(tooLong(`more than ${MAX_HTML_BYTES}`));
    };
    const clean = sanitizeHtml(html, {
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
        elements += 1;
        if (depth > MAX_DEPTH) throw new BeyondLimit(`is nested more than ${MAX_DEPTH} elements deep`);
        if (elements > MAX_ELEMENTS)
          throw new BeyondLimit(`has more than ${MAX_ELEMENTS} elements, which is the most that is allowed`);
        if (!ALLOWED_TAGS.includes(name) || depth > NESTING) dropped = true;
        if (!ALLOWED_TAGS.includes(name) && !RENAMED.has(name) && name !== 'html' && name !== 'body')
          count(`<${shorten(name, SHOWN)}>`);
      },
      onCloseTag: () => {
        depth -= 1;
      },
      // The two things that grow while they are cleaned are text, which is escaped, and relative URLs, each of which
      // gets the address of the story in front.
      textFilter: (text) => {
        writes(text);
        return text;
      },
      transformTags: {
        '*': (tagName, attributes) => ({
          tagName: RENAMED.get(tagName) ?? tagName,
          attribs: withUrls(tagName, attributes, base, relative, count, writes),
        }),
      },
    });
    // The library could remove these tags too, but it copies the whole text before each of them.
    return EMPTY_TAGS.reduce((text, tag) => text.replaceAll(tag, ''), clean);
  };
  let clean = pass(legalText(source));
  // When an element was dropped, a parser may nest the content of that element in another way. A second pass makes the
  // result stable, so that sanitising it again would not change it.
  if (dropped) clean = pass(legalText(clean));
  // Only now have character references such as &#1; become characters. So characters that XML forbids are removed
  // again.
  const html = withoutEmptyPlayers(legalText(clean)).trim();
  const bytes = Buffer.byteLength(html);
  if (bytes > MAX_HTML_BYTES) throw new BeyondLimit(tooLong(String(bytes)));
  return { html, ...counted(), relative: [...relative] };
}

function tooLong(found: string): string {
  return `becomes ${found} bytes of clean HTML, in which "&" is written "&amp;" and every address is written in full; at most ${MAX_HTML_BYTES} are allowed`;
}

/** The most characters of a name from the body that a phrase repeats. */
const SHOWN = 60;

/** Counts what was removed, by what it was. Beyond a hundred different things, only their number is kept. */
function removals() {
  const counts = new Map<string, number>();
  let others = 0;
  return {
    count(what: string): void {
      const times = counts.get(what);
      if (times === undefined && counts.size >= MOST_LISTED) others += 1;
      else counts.set(what, (times ?? 0) + 1);
    },
    counted() {
      const removed = [...counts].map(
        ([what, times]) => `removed ${what}${times > 1 ? ` (${times} times)` : ''}`,
      );
      return { removed, removedOthers: others };
    },
  };
}

/** Removes empty players until none is left, because one player may be inside another. */
function withoutEmptyPlayers(html: string): string {
  for (let before = html; ; ) {
    const after = before.replace(EMPTY_PLAYER, '');
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
  writes: (text: string) => void,
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
      if (name.startsWith('on')) count(`the handler ${shorten(name, SHOWN)}`);
      continue;
    }
    if (value.trim() === '') continue;
    const url = resolve(value, base);
    if (url === 'relative') {
      if (!value.trim().startsWith('#')) relative.add(value);
    } else if (url && schemes.includes(url.protocol.slice(0, -1))) {
      kept[name] = url.href;
      writes(url.href);
    } else {
      count(`a ${name} of <${tagName}> that is not ${schemes.join(', ')}`);
    }
  }
  if ((tagName === 'img' || tagName === 'source') && !kept.src) return {};
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
