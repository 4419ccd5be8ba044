import { LRUCache } from 'lru-cache';
import { type Personal, personal } from '../mails/placeholders.ts';
import { type FrozenIssue, type Issue, issueId, type Variant } from '../newsletter/issue.ts';
import type { IssueStore } from '../newsletter/issue-store.ts';
import { sha256 } from '../shared/text.ts';

/**
 * A cache of composed issues, so that a process reads each issue once and not for every batch. An entry never gets out
 * of date, because an issue that is composed again has another `composition`.
 */
export type FrozenIssues = {
  /** Returns undefined if the issue was not composed yet, or if it was composed again after it was read. */
  frozen(issue: Issue): Promise<FrozenIssue | undefined>;
  variant(issue: Issue, key: string): Promise<ReadyVariant | undefined>;
};

/** A variant that is ready for each reader's own links. `hash` covers everything that its readers share. */
export type ReadyVariant = { subject: string; html: Personal; text: Personal; hash: string };

/** How many issues the cache keeps. */
const ISSUES = 20;
/** How many characters of HTML and text the variants in the cache may have together. */
const MAX_CHARACTERS = 16_000_000;

export function frozenIssues(issues: IssueStore): FrozenIssues {
  const frozenByIssue = new LRUCache<string, FrozenIssue>({ max: ISSUES });
  const variants = new LRUCache<string, ReadyVariant>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ html, text }) => html.length + text.length,
  });
  const name = (issue: Issue) => `${issueId(issue)}/${issue.composition}`;
  return {
    async frozen(issue) {
      const known = frozenByIssue.get(name(issue));
      if (known) return known;
      const frozen = await issues.frozen(issue);
      if (frozen?.composition !== issue.composition) return undefined;
      frozenByIssue.set(name(issue), frozen);
      return frozen;
    },

    async variant(issue, key) {
      const known = variants.get(`${name(issue)}/${key}`);
      if (known) return known;
      const variant = await issues.variant(issue, key);
      if (!variant) return undefined;
      const ready = readyVariant(variant);
      variants.set(`${name(issue)}/${key}`, ready);
      return ready;
    },
  };
}

function readyVariant({ subject, html, text }: Variant): ReadyVariant {
  const hash = sha256(JSON.stringify([subject, html, text]));
  return { subject, html: personal(html), text: personal(text), hash };
}
