import { MOST_LISTED } from './refusal.ts';
import { shorten } from './text.ts';

/** The most characters of a name from the query that a fault repeats. */
const SHOWN = 60;

/**
 * Returns a sentence for each parameter that the address does not take, and for each that is given more than once. The
 * sentences are in the order of the query.
 */
export function queryFaults(query: URLSearchParams, allowed: readonly string[]): string[] {
  const rule = allowed.length === 0 ? 'this address takes none' : `allowed are ${allowed.join(', ')}`;
  const times = new Map<string, number>();
  for (const name of query.keys()) times.set(name, (times.get(name) ?? 0) + 1);
  return [...times].flatMap(([name, count]) => {
    if (!allowed.includes(name)) return [`There is no parameter ${shorten(name, SHOWN)}; ${rule}.`];
    return count > 1 ? [`The parameter ${name} is there twice.`] : [];
  });
}

/** Joins the sentences about faults to one text. If there are too many, it ends with how many others there are. */
export function inOneText(faults: string[]): string {
  const others = faults.length - MOST_LISTED;
  const listed = faults.slice(0, MOST_LISTED).join(' ');
  return others > 0 ? `${listed} There are ${others} faults more, which are not listed.` : listed;
}
