import { caniemail } from 'caniemail';

/**
 * The programs that most mail is read in. Thunderbird is not among them, since caniemail was told too little of it; it
 * draws with Firefox's engine.
 */
const CLIENTS = ['apple-mail.*', 'gmail.*', 'outlook.*', 'samsung-email.*', 'yahoo.*'] as const;

/** Features of HTML and CSS that some program does not have, or has with exceptions: feature → programs, sorted. */
export type Shortcomings = { missing: Record<string, string[]>; partial: Record<string, string[]> };

export function shortcomingsOf(html: string): Shortcomings {
  // What stands in a media query is not looked into, so it is shown once more outside of it.
  const found = [html, `<style>${insideMediaQueries(html)}</style>`].map(
    (source) => caniemail({ clients: [...CLIENTS], html: source }).issues,
  );
  return {
    missing: byFeature(found.map(({ errors }) => errors)),
    partial: byFeature(found.map(({ warnings }) => warnings)),
  };
}

function insideMediaQueries(html: string): string {
  const blocks = html.matchAll(/@media[^{]+\{((?:[^{}]*\{[^{}]*\})*)\s*\}/g);
  return [...blocks].map(([, rules]) => rules).join('\n');
}

type Issues = ReturnType<typeof caniemail>['issues']['errors'];

function byFeature(issues: Issues[]): Record<string, string[]> {
  const features: Record<string, Set<string>> = {};
  for (const [client, found] of issues.flatMap((each) => [...each])) {
    for (const { title } of found) {
      features[title] ??= new Set();
      features[title].add(client);
    }
  }
  return Object.fromEntries(Object.entries(features).map(([title, clients]) => [title, [...clients].sort()]));
}
