import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Personal, personal } from '../mails/placeholders.ts';
import { type FrozenIssue, type Issue, issueId, type Variant } from '../newsletter/issue.ts';
import type { IssueStore } from '../newsletter/issue-store.ts';

/**
 * What composing made of an issue, read once a process and not once a batch: it does not change, unless the issue is
 * composed again, which it then says itself.
 */
export type FrozenIssues = {
  /** Undefined where the issue was not composed yet, or has just been again: read it anew. */
  frozen(issue: Issue): Promise<FrozenIssue | undefined>;
  variant(issue: Issue, key: string): Promise<ReadyVariant | undefined>;
};

/** A variant, ready for each reader's own links. `hash` is of all that its readers share. */
export type ReadyVariant = { subject: string; html: Personal; text: Personal; hash: string };

const ISSUES = 20;
/** Characters of HTML and text. */
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
  const hash = createHash('sha256')
    .update(JSON.stringify([subject, html, text]))
    .digest('hex');
  return { subject, html: personal(html), text: personal(text), hash };
}
