import { Hono } from 'hono';
import * as z from 'zod';
import { type AccessServices, type Guarded, guard } from '../access/access-routes.ts';
import type { Config } from '../config.ts';
import type { EditionSettings } from '../settings/publication.ts';
import { limitedTo } from '../shared/body-limit.ts';
import { checkedBody } from '../shared/checked-input.ts';
import { isoTime } from '../shared/clock.ts';
import { parseIdempotencyKey } from '../shared/idempotency-key.ts';
import { problemResponse } from '../shared/problem.ts';
import { done, type Outcome } from '../shared/refusal.ts';
import type { ComplaintStore } from './complaints.ts';
import { type Issue, isIssueRef, issueId, parseIssueId, SLOT_PATTERN } from './issue.ts';
import type { TallyStore } from './issue-tally.ts';
import { issueView } from './issue-view.ts';
import type { ReviewStore } from './review-store.ts';
import { extraSlot, isAhead, nextRun } from './slot.ts';
import { type StartServices, startIssue } from './start-issue.ts';

export type IssueRouteServices = StartServices &
  AccessServices & {
    config: Config;
    reviews: ReviewStore;
    complaints: ComplaintStore;
    mailEvents: TallyStore;
  };

const NO_STORE = { 'cache-control': 'no-store' };
const MAX_BODY_BYTES = 10_000;

/** Editions and their issues, for editors. Mounted at `/api`. */
export function issueRoutes(services: IssueRouteServices): Hono<Guarded> {
  const { config, issues, reviews, complaints, mailEvents, clock, log } = services;
  const { editions } = config.publication;
  const app = new Hono<Guarded>();
  const needs = guard(services);
  const limited = limitedTo(MAX_BODY_BYTES);

  app.get('/editions', needs('editions:read'), async () => {
    const view = await Promise.all(editions.map(editionView));
    return Response.json({ editions: view }, { headers: NO_STORE });
  });

  app.post('/editions/:id/resume', needs('issues:send'), async (context) => {
    const edition = editions.find(({ id }) => id === context.req.param('id'));
    if (!edition) return problemResponse({ kind: 'not-found', what: `edition "${context.req.param('id')}"` });
    if (!(await complaints.resume(edition.id, clock())))
      return problemResponse({ kind: 'conflict', detail: 'The edition is not stopped.' });
    log.info('an edition was resumed', { edition: edition.id, by: context.get('bearer').name });
    return Response.json(await editionView(edition), { headers: NO_STORE });
  });

  app.get('/editions/:id/issues', needs('editions:read'), async (context) => {
    const id = context.req.param('id');
    if (!editions.some((edition) => edition.id === id))
      return problemResponse({ kind: 'not-found', what: `edition "${id}"` });
    const list = await issues.list(id, 50);
    const views = list.map(async (issue) => {
      const decision = issue.review && (await reviews.decision(issue));
      return issueView(config, issue, clock(), { decision });
    });
    return Response.json({ issues: await Promise.all(views) }, { headers: NO_STORE });
  });

  app.post('/editions/:id/issues', needs('issues:send'), limited, async (context) => {
    const id = context.req.param('id');
    const edition = editions.find((each) => each.id === id);
    if (!edition) return problemResponse({ kind: 'not-found', what: `edition "${id}"` });
    const now = isoTime(clock());
    const slot = await slotOfRequest(context.req.raw, `${id} ${context.get('bearer').id}`, now);
    if (!slot.ok) return problemResponse(slot.refusal);
    const issue = await startIssue(services, id, slot.value, now);
    if (issue.createdAt === now && isAhead(edition, slot.value, clock()))
      log.warn('an issue goes out ahead of its schedule, which will send none at its hour', {
        issue: issueId(issue),
      });
    const view = issueView(config, issue, clock());
    return Response.json(view, { status: 202, headers: { ...NO_STORE, location: view.self } });
  });

  app.get('/issues/:id', needs('editions:read'), async (context) => {
    const issue = await issueOf(context.req.param('id'));
    if (!issue) return problemResponse({ kind: 'not-found', what: `issue "${context.req.param('id')}"` });
    const [decision, tally] = await Promise.all([
      issue.review && reviews.decision(issue),
      mailEvents.tally(issue),
    ]);
    return Response.json(issueView(config, issue, clock(), { decision, tally }), { headers: NO_STORE });
  });

  app.post('/issues/:id/resume', needs('issues:send'), async (context) => {
    const issue = await issueOf(context.req.param('id'));
    if (!issue) return problemResponse({ kind: 'not-found', what: `issue "${context.req.param('id')}"` });
    if ((await complaints.standing(issue.edition)).stopped) {
      const detail = `Its edition is stopped: POST /api/editions/${issue.edition}/resume comes first.`;
      return problemResponse({ kind: 'conflict', detail });
    }
    if (!(await issues.resume(issue))) {
      return problemResponse({
        kind: 'conflict',
        detail: `The issue is ${issue.state}; only one that was stopped can be resumed.`,
      });
    }
    const now = (await issues.get(issue)) ?? issue;
    // The sweep hands over what is left to do, within a minute.
    return Response.json(issueView(config, now, clock()), { status: 202, headers: NO_STORE });
  });

  /** `stopped` is null where it is not; `complaints` are those of the last seven days, or since it was resumed. */
  async function editionView(edition: EditionSettings) {
    const next = nextRun(edition, clock());
    const { stopped = null } = await complaints.standing(edition.id);
    return {
      ...edition,
      nextIssueAt: next === undefined ? null : isoTime(next),
      stopped,
      complaints: await complaints.count(edition.id, clock()),
      issues: `${config.baseUrl}/api/editions/${edition.id}/issues`,
    };
  }

  async function issueOf(id: string): Promise<Issue | undefined> {
    const ref = parseIssueId(id);
    return isIssueRef(ref) ? issues.get(ref) : undefined;
  }

  app.all('/issues/:id/resume', () => problemResponse({ kind: 'method-not-allowed', allow: 'POST' }));
  app.all('/editions/:id/resume', () => problemResponse({ kind: 'method-not-allowed', allow: 'POST' }));
  app.all('/editions', () => problemResponse({ kind: 'method-not-allowed', allow: 'GET, HEAD' }));
  app.all('/editions/:id/issues', () =>
    problemResponse({ kind: 'method-not-allowed', allow: 'GET, HEAD, POST' }),
  );
  app.all('/issues/:id', () => problemResponse({ kind: 'method-not-allowed', allow: 'GET, HEAD' }));
  return app;
}

const slotRule = { error: 'must be 1 to 64 lower-case letters, digits and hyphens, such as 2026-11-22-0730' };
const slotInput = z.strictObject({ slot: z.string(slotRule).regex(SLOT_PATTERN, slotRule).optional() });

/**
 * Which issue is meant: the slot in the body, or the one of the Idempotency-Key. Without either it is the one of this
 * second, so that a double click sends one.
 */
async function slotOfRequest(request: Request, owner: string, now: string): Promise<Outcome<string>> {
  const key = parseIdempotencyKey(request.headers.get('idempotency-key'));
  if (!key.ok) return key;
  const input = checkedBody(slotInput, await request.text());
  if (!input.ok) return input;
  const own = key.value === undefined ? `${owner} ${now.slice(0, 19)}` : `${owner} key ${key.value}`;
  return done(input.value.slot ?? extraSlot(own));
}
