/**
 * What may come of an article's body. A request has a megabyte at most, but a few bytes can stand for many: a link that
 * is defined once and used five thousand times, or a quotation in a quotation in a quotation. So the limits hold while
 * a body is read, and reading stops where one of them is passed.
 *
 * The measure is the largest honest story: 300 KB of Markdown or 500 KB of HTML with three thousand links, or a table of
 * twenty thousand cells. It stays below a quarter of each limit.
 */

/**
 * The most bytes of an article's HTML after it was sanitised, which writes a bare `&` as five bytes. A body full of
 * them compresses so well that the size of the item in the table would not stop it.
 */
export const MAX_HTML_BYTES = 1_500_000;

/**
 * The most characters of HTML that Markdown may become before it is sanitised. This is more than `MAX_HTML_BYTES`,
 * because the sanitiser takes things out, such as the alignment of each cell of a table.
 */
export const MAX_MARKDOWN_HTML = 2 * MAX_HTML_BYTES;

/** The most elements of a body. */
export const MAX_ELEMENTS = 150_000;

/**
 * The most levels of elements that are read. The time of the parser grows with the square of the depth, so that a
 * megabyte of open tags would take minutes. The HTML of real stories has a few dozen levels.
 */
export const MAX_DEPTH = 1000;

/**
 * The most steps in which Markdown is read. A step looks at a line, at a piece of a line, or adds a block. A megabyte of
 * prose takes a hundred thousand.
 */
export const MAX_STEPS = 500_000;

/** A body goes beyond a limit. The message says which one, and completes a sentence that begins with the field. */
export class BeyondLimit extends Error {
  override name = 'BeyondLimit';
}
