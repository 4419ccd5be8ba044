import type { Context, MiddlewareHandler } from 'hono';
import type { Clock } from '../shared/clock.ts';
import { problemResponse } from '../shared/problem.ts';
import { authorise, type Bearer, type Scope, type TokenStore } from './tokens.ts';

export type AccessServices = {
  tokens: TokenStore;
  clock: Clock;
  config: { ownerTokenHash?: string | undefined };
};
/** What a guarded route knows of who asks: `context.get('bearer')`. */
export type Guarded = { Variables: { bearer: Bearer } };

/** Lets a request pass whose token has the scope. What is answered to an editor is never cached. */
export function guard(services: AccessServices): (scope: Scope) => MiddlewareHandler<Guarded> {
  return (scope) => async (context: Context<Guarded>, next) => {
    const outcome = await authorise(
      { ...services, ownerTokenHash: services.config.ownerTokenHash },
      context.req.header('authorization'),
      scope,
    );
    if (!outcome.ok) return problemResponse(outcome.refusal);
    context.set('bearer', outcome.value);
    return next();
  };
}
