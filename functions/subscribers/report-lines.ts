import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { shorten } from '../shared/text.ts';
import type { CsvLimits } from './csv-limits.ts';
import { UnreadableFrom } from './csv-rows.ts';
import { inOrder } from './work-in-order.ts';

/** How many lines are worked on at the same time. */
const AT_ONCE = 16;

const HUNG_UP = `The client hung up before it had read the whole report. Up to ${AT_ONCE} lines from this one on may be stored too.`;

/** A line of a list, and the line on which it ends. They differ if a quoted cell has line ends. */
type Line = { line: number; lastLine: number };
/** What was done with a line. `reason` says why it was refused, or why it did not do all that it asked for. */
export type LineResult = { result: 'added' | 'updated' | 'unchanged' | 'refused'; reason?: string };
export type LineReport = { line: number; email?: string } & LineResult;
/** The last line of a report. If the list was not read to its end, `nextLine` is the `fromLine` of the next request. */
export type Summary = Record<LineResult['result'] | 'lines', number> & {
  complete: boolean;
  nextLine?: number;
  reason?: string;
};

/** A line that cannot be read. `reason` names every fault of the line. */
export type RefusedLine = { ok: false; email?: string; reason: string };

/** How many characters of what stands for an address the report repeats at most. */
const MAX_SHOWN = 254;
/** The most characters of a reason. A line of 16 KB can name thousands of editions that do not exist. */
const MAX_REASON = 1000;

/** Refuses a line whose address was typed like this. */
export function refusedLine(typed: string, reason: string): RefusedLine {
  const email = [...typed.trim()].slice(0, MAX_SHOWN).join('');
  return { ok: false, ...(email && { email }), reason: shorten(reason, MAX_REASON) };
}

type List<L extends Line, R extends LineReport> = {
  lines: AsyncIterable<L>;
  /** Lines before this one are skipped, because an earlier request has stored them. */
  fromLine: number;
  work: (line: L) => Promise<R>;
  limits: CsvLimits;
  /** The log line when the list has ended, and the one when it failed. */
  words: { ended: string; failed: string };
  /** The name of the token that sent the list. */
  by: string;
  /** Fields that the summary has beside its own. */
  also?: Record<string, unknown>;
  /** Counts a line in `also` when it is reported. */
  count?: (report: R) => void;
};

/**
 * Works on the lines of a list as they arrive. Gives the report as lines of NDJSON, one for each line and a summary. The
 * report of a line is given only after the work on it is done.
 */
export async function* reportLines<L extends Line, R extends LineReport>(
  { clock, log }: { clock: Clock; log: Log },
  { lines, fromLine, work, limits, words, by, also = {}, count }: List<L, R>,
): AsyncGenerator<string, void, undefined> {
  const begun = clock();
  const summary: Summary = { complete: true, lines: 0, added: 0, updated: 0, unchanged: 0, refused: 0 };
  const stop = (nextLine: number, reason: string) =>
    Object.assign(summary, { complete: false, nextLine, reason });
  let reportBytes = 0;
  let next = fromLine;

  async function* toDo(): AsyncGenerator<L, void, undefined> {
    for await (const line of lines) {
      if (line.line < fromLine) continue;
      const limit = spent();
      if (limit) {
        stop(line.line, limit);
        return;
      }
      yield line;
    }
  }
  function spent(): string | undefined {
    if (limits.milliseconds !== undefined && clock() - begun >= limits.milliseconds)
      return `One request may take ${limits.milliseconds / 1000} seconds. Send the file again with fromLine.`;
    if (limits.reportBytes !== undefined && reportBytes >= limits.reportBytes)
      return `One report may have ${limits.reportBytes} bytes. Send the file again with fromLine.`;
    return undefined;
  }

  let hasEnded = false;
  try {
    const worked = inOrder(toDo(), AT_ONCE, async (line) => ({ line, report: await work(line) }));
    for await (const { line, report } of worked) {
      summary.lines += 1;
      summary[report.result] += 1;
      count?.(report);
      next = line.lastLine + 1;
      const text = `${JSON.stringify(report)}\n`;
      reportBytes += Buffer.byteLength(text);
      yield text;
    }
    hasEnded = true;
  } catch (error) {
    hasEnded = true;
    if (error instanceof UnreadableFrom) stop(error.line, error.message);
    else {
      stop(
        next,
        'Something went wrong here. The lines from this one on may or may not be stored. Send the file again.',
      );
      log.error(words.failed, {
        line: next,
        error,
        stack: error instanceof Error ? error.stack : '',
      });
    }
  } finally {
    // A client that hangs up between two lines ends this generator where it gave the last line.
    if (!hasEnded) stop(next, HUNG_UP);
    log.info(words.ended, { by, ...summary, ...also });
  }
  yield `${JSON.stringify({ summary: { ...summary, ...also } })}\n`;
}
