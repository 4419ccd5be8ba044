import { Hono } from 'hono';
import { type AccessServices, type Guarded, guard } from '../access/access-routes.ts';
import type { Config } from '../config.ts';
import { problemResponse } from '../shared/problem.ts';
import { isIssueRef, parseIssueId } from './issue.ts';
import { issueView } from './issue-view.ts';
import { decide, overruled, type ReviewServices } from './review.ts';

export type ReviewRouteServices = ReviewServices & AccessServices & { config: Config };

const ANSWERS = { approve: 'approved', hold: 'held' } as const;

/** What an editor's system says to a draft. Mounted at `/api`. */
export function reviewRoutes(services: ReviewRouteServices): Hono<Guarded> {
  const { config, clock } = services;
  const app = new Hono<Guarded>();
  const needs = guard(services);

  for (const [path, what] of Object.entries(ANSWERS)) {
    app.post(`/issues/:id/${path}`, needs('issues:send'), async (context) => {
      const id = context.req.param('id');
      const ref = parseIssueId(id);
      const by = context.get('bearer').name;
      const reviewed = isIssueRef(ref) ? await decide(services, ref, what, by) : undefined;
      if (!reviewed) return problemResponse({ kind: 'not-found', what: `issue "${id}"` });
      const { issue, decision } = reviewed;
      const detail = overruled(reviewed, what);
      if (detail) return problemResponse({ kind: 'conflict', detail });
      return Response.json(issueView(config, issue, clock(), { decision }), {
        headers: { 'cache-control': 'no-store' },
      });
    });
    app.all(`/issues/:id/${path}`, () => problemResponse({ kind: 'method-not-allowed', allow: 'POST' }));
  }
  return app;
}
