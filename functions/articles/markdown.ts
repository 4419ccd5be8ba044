import MarkdownIt from 'markdown-it';
import { BeyondLimit, MAX_MARKDOWN_HTML, MAX_STEPS } from './body-limits.ts';

type Parser = InstanceType<typeof MarkdownIt>;

/**
 * Turns Markdown (CommonMark and GitHub's tables) into HTML that is not sanitised yet. Throws BeyondLimit as soon as
 * the Markdown takes too many steps to read, or becomes too much HTML.
 */
export function htmlOfMarkdown(source: string): string {
  // HTML in Markdown is allowed here and sanitised later. `maxNesting` keeps hostile nesting from overflowing the stack.
  const markdown = new MarkdownIt({ html: true, maxNesting: 100 });
  boundSteps(markdown, source);
  boundHtml(markdown, source);
  return markdown.render(source);
}

/**
 * Counts the steps of the parser. The rules that count match nothing and come first, so the parser calls them wherever
 * it looks for a block, for the end of a block, and for an inline element.
 */
function boundSteps(markdown: Parser, source: string): void {
  let steps = 0;
  let line = 0;
  const step = () => {
    steps += 1;
    if (steps <= MAX_STEPS) return;
    throw new BeyondLimit(
      `takes more than ${MAX_STEPS} steps to read, and was not read beyond line ${line + 1} of ${linesOf(source)}. Look there for thousands of marks such as "*", "[" or "|", or for quotations, lists or images inside one another`,
    );
  };
  const everyChain = { alt: ['paragraph', 'reference', 'blockquote', 'list'] };
  const seesBlock = (_: unknown, startLine: number) => {
    line = startLine;
    step();
    return false;
  };
  const seesInline = () => {
    step();
    return false;
  };
  markdown.block.ruler.before('table', 'bounded', seesBlock, everyChain);
  markdown.inline.ruler.before('text', 'bounded', seesInline);
  // One line can have a hundred thousand cells of a table, so the blocks are counted too, when they are added.
  markdown.core.ruler.before('block', 'bounded', ({ tokens }) => {
    tokens.push = (...added) => {
      step();
      return Array.prototype.push.apply(tokens, added);
    };
  });
  // The library has the same loop. This one also remembers the line.
  markdown.core.ruler.at('inline', ({ tokens, md, env }) => {
    for (const token of tokens) {
      if (token.type !== 'inline') continue;
      line = token.map?.[0] ?? line;
      md.inline.parse(token.content, md, env, token.children ?? []);
    }
  });
}

/**
 * Counts the characters of elements while they are written, because the address and the title of a defined link are
 * written out at each place that uses them. Text is not counted: it grows sixfold at most, when it is escaped.
 */
function boundHtml({ renderer }: Parser, source: string): void {
  let written = 0;
  const renderToken = renderer.renderToken.bind(renderer);
  renderer.renderToken = (...call) => {
    const html = renderToken(...call);
    written += html.length;
    if (written <= MAX_MARKDOWN_HTML) return html;
    throw new BeyondLimit(
      `has ${source.length} characters, but becomes more than ${MAX_MARKDOWN_HTML} characters of HTML: a definition such as "[a]: https://…" is written out at each place that uses it`,
    );
  };
}

function linesOf(source: string): number {
  return source.split(/\r\n?|\n/).length;
}
