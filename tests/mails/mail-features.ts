import { caniemail } from 'caniemail';

/**
 * The programs in which most mail is read. Thunderbird is not among them, because caniemail knows too little about it.
 * It draws mails with the engine of Firefox.
 */
const CLIENTS = ['apple-mail.*', 'gmail.*', 'outlook.*', 'samsung-email.*', 'yahoo.*'] as const;

/** Features of HTML and CSS that some program does not have, or has with exceptions: feature → programs, sorted. */
export type Shortcomings = { missing: Record<string, string[]>; partial: Record<string, string[]> };

export function shortcomingsOf(html: string): Shortcomings {
  // caniemail does not look into media queries, so their rules are given to it a second time outside of them.
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
