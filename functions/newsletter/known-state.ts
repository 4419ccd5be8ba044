import { unknownKind } from '../shared/unknown-kind.ts';
import { type Issue, type IssueState, issueId } from './issue.ts';

const STATES: readonly IssueState[] = ['new', 'draft', 'sending', 'sent', 'skipped', 'stopped'];

/**
 * Returns the issue. Throws if it is in a state that this version does not know. Work for such an issue must not count as
 * done, because nobody here can tell whether it was still to do.
 */
export function inKnownState<Found extends Issue | undefined>(issue: Found): Found {
  if (!issue || STATES.includes(issue.state)) return issue;
  throw unknownKind(`state of the issue ${issueId(issue)}`, issue.state as never);
}
