import * as z from 'zod';
import { operation } from '../access/api-operation.ts';
import type { Config } from '../config.ts';
import { type EditionSettings, editionOf } from '../settings/publication.ts';
import { answerJson } from '../shared/answer-json.ts';
import { isoTime } from '../shared/clock.ts';
import { fittingPage, listQuery, timeCursor } from '../shared/list-page.ts';
import { problemResponse } from '../shared/problem.ts';
import { checkedBody, done, type Outcome, parseIdempotencyKey, type Refusal } from '../shared/refusal.ts';
import type { ComplaintStore } from './complaints.ts';
import { type Issue, isIssueRef, parseIssueId, SLOT_PATTERN } from './issue.ts';
import {
  editionList,
  editionView,
  issueList,
  issueView as issueShape,
  sendAnswer,
  sendOutlook,
} from './issue-shapes.ts';
import type { TallyStore } from './issue-tally.ts';
import { issueView } from './issue-view.ts';
import { decide, overruledReason, type ReviewServices } from './review.ts';
import type { ScheduleStore } from './schedule-store.ts';
import { outlookOf, type SendNowServices, sendNow } from './send-now.ts';
import { extraSlot, nextRun } from './slot.ts';
import { troublesOf } from './watch.ts';

export type IssueRouteServices = SendNowServices &
  ReviewServices & {
    config: Config;
    complaints: ComplaintStore;
    mailEvents: TallyStore;
    schedules: ScheduleStore;
  };

const MAX_BODY_BYTES = 10_000;
const DEFAULT_PAGE = 50;
const MAX_PAGE = 100;

const slotRule = { error: 'must be 1 to 64 lower-case letters, digits and hyphens, such as 2026-11-22-0730' };
const slotInput = z.strictObject({ slot: z.string(slotRule).regex(SLOT_PATTERN, slotRule).optional() });
const sendQuery = z.strictObject({
  /** With "true", nothing is sent, and the answer says what would be. */
  dryRun: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('false')
    .transform((value) => value === 'true'),
});

/** The API's operations on editions and their issues. */
export function issueOperations(services: IssueRouteServices) {
  const { config, issues, reviews, complaints, mailEvents, clock, log } = services;
  const { publication } = config;

  return {
    editions: operation({
      answers: { 200: { means: 'The editions.', shape: editionList } },
      async handle() {
        return answerJson({ editions: await Promise.all(publication.editions.map(viewOfEdition)) });
      },
    }),

    resumeEdition: operation({
      answers: { 200: { means: 'The edition is sent again from its next issue on.', shape: editionView } },
      async handle({ params: { id = '' }, bearer }) {
        const edition = editionOf(publication, id);
        if (!edition) return problemResponse(noEdition(id));
        if (!(await complaints.resume(id, clock())))
          return problemResponse({ kind: 'conflict', detail: 'The edition is not stopped.' });
        log.info('an edition was resumed', { edition: id, by: bearer.name });
        return answerJson(await viewOfEdition(edition));
      },
    }),

    list: operation({
      query: listQuery(DEFAULT_PAGE, MAX_PAGE),
      answers: { 200: { means: 'A page of the issues of the edition, the newest first.', shape: issueList } },
      async handle({ params: { id = '' }, query: { limit, cursor } }) {
        if (!editionOf(publication, id)) return problemResponse(noEdition(id));
        const list = await issues.list(id, limit, cursor === undefined ? undefined : { before: cursor });
        const views = list.map(async (issue) => {
          const decision = issue.review && (await reviews.decision(issue));
          return issueView(config, issue, clock(), { decision });
        });
        const cursorAfter = ({ createdAt, slot }: { createdAt: string; slot: string }) =>
          timeCursor(`${createdAt}#${slot}`);
        const last = list.length === limit ? list.at(-1) : undefined;
        const page = fittingPage(
          { members: await Promise.all(views), next: last && cursorAfter(last) },
          cursorAfter,
        );
        return answerJson({ issues: page.members, next: page.next });
      },
    }),

    send: operation({
      query: sendQuery,
      body: { shape: slotInput, optional: true, maxBytes: MAX_BODY_BYTES },
      answers: {
        200: { means: 'What would be sent, and to how many readers. Nothing was sent.', shape: sendOutlook },
        202: { means: 'The issue is being sent, or was before.', shape: sendAnswer },
      },
      async handle({ request, params: { id = '' }, query: { dryRun }, bearer }) {
        const edition = editionOf(publication, id);
        if (!edition) return problemResponse(noEdition(id));
        const slot = await slotOfRequest(request, `${id} ${bearer.id}`);
        if (!slot.ok) return problemResponse(slot.refusal);
        if (dryRun) {
          const taken = slot.value && (await issues.get({ edition: id, slot: slot.value }));
          if (!taken) return answerJson({ edition: id, ...(await outlookOf(services, edition)) });
          const skipped = `this slot or key has an issue already, which is ${taken.state}; it would not be sent again`;
          const nobody = { readers: 0, byLanguage: {}, storyIds: [], leftOut: [] };
          return answerJson({ edition: id, ...nobody, skipped, issue: issueView(config, taken, clock()) });
        }
        if (slot.value === undefined) return problemResponse(noSlot);
        const sent = await sendNow(services, edition, slot.value);
        if (!sent.ok) return problemResponse(sent.refusal);
        const { issue, outlook } = sent.value;
        const view = issueView(config, issue, clock());
        const reach = outlook && { readers: outlook.readers, byLanguage: outlook.byLanguage };
        return answerJson({ ...view, ...reach }, 202, { location: view.self });
      },
    }),

    get: operation({
      answers: { 200: { means: 'How far the issue is.', shape: issueShape } },
      async handle({ params: { id = '' } }) {
        const issue = await issueOf(id);
        if (!issue) return problemResponse(noIssue(id));
        const [decision, tally] = await Promise.all([
          issue.review && reviews.decision(issue),
          mailEvents.tally(issue),
        ]);
        return answerJson(issueView(config, issue, clock(), { decision, tally }));
      },
    }),

    resume: operation({
      answers: { 202: { means: 'The issue goes on within a minute.', shape: issueShape } },
      async handle({ params: { id = '' } }) {
        const issue = await issueOf(id);
        if (!issue) return problemResponse(noIssue(id));
        if ((await complaints.standing(issue.edition)).stopped) {
          const detail = `The edition of this issue is stopped. Resume it first, with POST /api/editions/${issue.edition}/resume.`;
          return problemResponse({ kind: 'conflict', detail });
        }
        if (!(await issues.resume(issue))) {
          const detail = `The issue is ${issue.state}; only a stopped issue can be resumed.`;
          return problemResponse({ kind: 'conflict', detail });
        }
        // Nothing is sent to the queue here. The sweep finds what is left to do within a minute.
        return answerJson(issueView(config, (await issues.get(issue)) ?? issue, clock()), 202);
      },
    }),

    approve: decision('approved'),
    hold: decision('held'),
  };

  /** Makes the operation by which a program approves or holds a draft for an editor. */
  function decision(what: 'approved' | 'held') {
    return operation({
      answers: { 200: { means: `The draft is ${what}.`, shape: issueShape } },
      async handle({ params: { id = '' }, bearer }) {
        const ref = parseIssueId(id);
        const reviewed = isIssueRef(ref) ? await decide(services, ref, what, bearer.name) : undefined;
        if (!reviewed) return problemResponse(noIssue(id));
        const detail = overruledReason(reviewed, what);
        if (detail) return problemResponse({ kind: 'conflict', detail });
        return answerJson(issueView(config, reviewed.issue, clock(), { decision: reviewed.decision }));
      },
    });
  }

  async function viewOfEdition(edition: EditionSettings): Promise<z.output<typeof editionView>> {
    const next = nextRun(edition, clock());
    const { stopped = null } = await complaints.standing(edition.id);
    return {
      ...edition,
      nextIssueAt: next === undefined ? null : isoTime(next),
      stopped,
      trouble: await troublesOf(services, edition),
      complaints: await complaints.count(edition.id, clock()),
      issues: `${config.baseUrl}/api/editions/${edition.id}/issues`,
    };
  }

  async function issueOf(id: string): Promise<Issue | undefined> {
    const ref = parseIssueId(id);
    return isIssueRef(ref) ? issues.get(ref) : undefined;
  }
}

/** Returns the refusal for a path with an edition that the settings do not have. */
export function noEdition(id: string): Refusal {
  return { kind: 'not-found', what: `edition "${id}"` };
}

function noIssue(id: string): Refusal {
  return { kind: 'not-found', what: `issue "${id}"` };
}

/** Without a slot or a key, a request that is repeated after a lost answer would mail every reader twice. */
const noSlot: Refusal = {
  kind: 'invalid',
  faults: [
    {
      pointer: '/slot',
      detail:
        'is missing: send the header Idempotency-Key, or give the issue a slot, so that the same request again sends nothing twice; with ?dryRun=true neither is needed',
    },
  ],
};

/**
 * Returns the slot of the issue that a request asks for: the one in the body, or one made from the Idempotency-Key. It
 * is undefined if the request has neither.
 */
async function slotOfRequest(request: Request, owner: string): Promise<Outcome<string | undefined>> {
  const key = parseIdempotencyKey(request.headers.get('idempotency-key'));
  if (!key.ok) return key;
  const input = checkedBody(slotInput, await request.text());
  if (!input.ok) return input;
  const ofKey = key.value === undefined ? undefined : extraSlot(`${owner} key ${key.value}`);
  return done(input.value.slot ?? ofKey);
}
