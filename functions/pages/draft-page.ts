import { html, raw } from 'hono/html';
import type { Article } from '../articles/article.ts';
import type { Decision, Issue } from '../newsletter/issue.ts';
import { latestRelease } from '../newsletter/review.ts';
import { editionOf } from '../settings/publication.ts';
import { isoTime } from '../shared/clock.ts';
import { dayAndTime, type PhraseKey } from '../shared/locale.ts';
import { shorten } from '../shared/text.ts';
import { linkPage } from './link-pages.ts';
import {
  editionName,
  type Html,
  homeTimeZone,
  MAX_HEADLINE,
  type PageContext,
  spokenLanguage,
} from './page-context.ts';

export type DraftData = {
  /** The address to which the buttons post `answer`, with `approved` or `held`. */
  action: string;
  issue: Issue;
  decision: Decision | undefined;
  /** The decision that the link in the editor's mail asks for. Its button comes first. */
  first: Decision['what'];
  /** True if the draft has lost stories since the mail with the link was sent. */
  changed: boolean;
  stories: Article[];
  /** Milliseconds. */
  now: number;
};

/** Shows an editor what will happen to a draft, what is in it now, and two buttons as long as it can be decided. */
export function draftPage(context: PageContext, data: DraftData): Html {
  const { phrases, config } = context;
  const { issue, changed, stories, action } = data;
  const edition = editionOf(config.publication, issue.edition);
  const title = phrases('page.draft.title', { edition: editionName(context, issue.edition) });
  const open = issue.state === 'draft';
  return linkPage(
    context,
    title,
    html`<p class="dek" role="status">${fate(context, data, edition?.timeZone ?? homeTimeZone(context))}</p>
${issue.reason && html`<p class="soft" lang="en">${issue.reason}</p>`}
${open && changed && html`<p><strong>${phrases('page.draft.changed')}</strong></p>`}
<ul>${stories.map((story) => html`<li dir="auto" lang="${story.language}">${shorten(story.title, MAX_HEADLINE)}</li>`)}</ul>
${
  open &&
  html`<form action="${action}" method="post">
${buttonsOf(data).map(
  ([answer, label], at) =>
    html`<p><button name="answer" value="${answer}"${raw(at === 0 ? '' : ' class="second"')}>${phrases(label)}</button></p>
`,
)}</form>`
}`,
  );
}

function buttonsOf({ first }: DraftData): [Decision['what'], PhraseKey][] {
  const both: [Decision['what'], PhraseKey][] = [
    ['approved', 'page.draft.approve'],
    ['held', 'page.draft.hold'],
  ];
  return first === 'held' ? both.reverse() : both;
}

/** Says what will happen to the draft, or what has happened to it. */
function fate(context: PageContext, { issue, decision, now }: DraftData, timeZone: string): string {
  const { phrases } = context;
  const { state, review } = issue;
  if (state !== 'draft' || !review) return phrases(AFTERWARDS[state]);
  const time = (at: string) => dayAndTime(at, spokenLanguage(context), timeZone);
  const release = time(review.releaseAt);
  const by = decision?.by ?? '';
  if (decision?.what === 'held') {
    const latest = time(isoTime(latestRelease(review, decision)));
    return phrases('page.draft.held', { by, time: latest });
  }
  if (decision?.what === 'approved') {
    const soon = now >= Date.parse(review.releaseAt);
    return phrases(soon ? 'page.draft.approvedNow' : 'page.draft.approved', { by, time: release });
  }
  return phrases(review.otherwise === 'hold' ? 'page.draft.waits' : 'page.draft.goes', { time: release });
}

const AFTERWARDS: Record<Issue['state'], PhraseKey> = {
  new: 'page.draft.new',
  draft: 'page.draft.new',
  sending: 'page.draft.sent',
  sent: 'page.draft.sent',
  skipped: 'page.draft.skipped',
  stopped: 'page.draft.stopped',
};
