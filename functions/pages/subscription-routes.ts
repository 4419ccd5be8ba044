import type { Context } from 'hono';
import { countLeft, type LeftServices } from '../delivery/count-left.ts';
import type { IssueStore } from '../newsletter/issue-store.ts';
import { welcomeEvents } from '../newsletter/welcome-events.ts';
import { answerJson } from '../shared/answer-json.ts';
import { problemResponse } from '../shared/problem.ts';
import { LINK_PATHS } from '../subscribers/links.ts';
import { unsubscribe as leave } from '../subscribers/preferences.ts';
import { parseEmail, parseSignUp } from '../subscribers/reader-input.ts';
import { signUp as askToConfirm, confirm as confirmSignUp, sendLink } from '../subscribers/sign-up.ts';
import type { Welcome } from '../subscribers/welcome.ts';
import { confirmPage, unsubscribePage } from './link-pages.ts';
import { message, page } from './page-response.ts';
import { readBody, textOf, typed } from './read-body.ts';
import { PRIVATE, type ReaderServices, readerLinks } from './reader-link.ts';
import { HONEYPOT, subscribePage } from './sign-up-form.ts';

export type SubscriptionServices = ReaderServices & LeftServices & { issues: IssueStore };

/**
 * Handlers for subscribing and unsubscribing. Their pages are for one reader, so they are never cached. A GET changes
 * nothing, because programs that scan mails follow every link.
 */
export function subscriptionHandlers(services: SubscriptionServices) {
  const { config, subscribers } = services;
  const { visitor, pagesOf, opened, withToken, readerOrAnswer, refusedToClient } = readerLinks(services);
  const welcome: Welcome = (joined, editions) => welcomeEvents(services, joined, editions);

  return {
    async signUp(context: Context): Promise<Response> {
      const body = await readBody(context.req.raw);
      if (!body.ok) return problemResponse(body.refusal);
      const { fields, isForm } = body.value;
      const input = parseSignUp(config, fields);
      if (!input.ok) {
        if (!isForm || input.refusal.kind !== 'invalid') return problemResponse(input.refusal);
        const { faults } = input.refusal;
        return page(subscribePage(visitor(context), { ...typed(fields), faults }), PRIVATE, 422);
      }
      const refusal = await refusedToClient(context, isForm);
      if (refusal) return refusal;
      // Only a program fills in the honeypot. It gets the same answer as a person, and no mail is sent.
      if (!fields[HONEYPOT]) await askToConfirm(services, input.value);
      if (isForm) return message(pagesOf(input.value), 'check-inbox', 202);
      return accepted('a confirmation was mailed to the address, if it can be mailed');
    },

    async mailLink(context: Context): Promise<Response> {
      const body = await readBody(context.req.raw);
      if (!body.ok) return problemResponse(body.refusal);
      const { fields, isForm } = body.value;
      const input = parseEmail(fields);
      if (!input.ok) {
        if (!isForm || input.refusal.kind !== 'invalid') return problemResponse(input.refusal);
        const link = { email: textOf(fields.email), faults: input.refusal.faults };
        return page(subscribePage(visitor(context), { link }), PRIVATE, 422);
      }
      const refusal = await refusedToClient(context, isForm);
      if (refusal) return refusal;
      if (!fields[HONEYPOT]) await sendLink(services, input.value.email);
      if (isForm) return message(visitor(context), 'link-sent', 202);
      return accepted('the link was mailed to the address, if it is subscribed');
    },

    async showConfirm(context: Context): Promise<Response> {
      const [id] = opened(context, 'confirm') ?? [];
      const request = id ? await subscribers.signUp(id, services.clock()) : undefined;
      if (!request) return message(visitor(context), 'expired', 404);
      if (request.subscriberId) return message(pagesOf(request), 'confirmed', 200);
      const action = withToken(context, LINK_PATHS.confirm);
      return page(confirmPage(pagesOf(request), { action, editions: request.editions }), PRIVATE);
    },

    async confirm(context: Context): Promise<Response> {
      const [id] = opened(context, 'confirm') ?? [];
      const confirmation = id ? await confirmSignUp(services, id, welcome) : { kind: 'expired' as const };
      switch (confirmation.kind) {
        case 'confirmed':
          return message(pagesOf(confirmation.subscriber), 'confirmed', 200);
        case 'not-mailable':
          return message(pagesOf(confirmation), 'not-mailable', 409);
        case 'expired':
          return message(visitor(context), 'expired', 404);
      }
    },

    async showUnsubscribe(context: Context): Promise<Response> {
      const subscriber = await readerOrAnswer(context, 'unsubscribe');
      if (subscriber instanceof Response) return subscriber;
      const [, edition] = opened(context, 'unsubscribe') ?? [];
      const known = config.publication.editions.map(({ id }) => id);
      const editions = subscriber.editions.filter((id) => known.includes(id));
      const action = withToken(context, LINK_PATHS.unsubscribe);
      const data = { action, editions, edition: known.find((id) => id === edition) };
      return page(unsubscribePage(pagesOf(subscriber), data), PRIVATE);
    },

    // This handler answers the buttons of the page, and the one click of a mail program (RFC 8058, section 3.2). So it
    // needs no cookie, does not redirect, and gives the same answer however often it is called.
    async unsubscribe(context: Context): Promise<Response> {
      const [id, edition, slot] = opened(context, 'unsubscribe') ?? [];
      if (!id || !edition) return message(visitor(context), 'expired', 404);
      const body = await readBody(context.req.raw);
      const scope = body.ok ? body.value.fields.scope : undefined;
      const way = scope === undefined ? 'one-click' : 'page';
      const before = await subscribers.get(id);
      const subscriber = await leave(services, id, scope === 'all' ? 'all' : edition, way);
      await countLeft(services, id, { edition, slot }, before?.editions ?? [], subscriber?.editions ?? []);
      return message(subscriber ? pagesOf(subscriber) : visitor(context), 'left', 200);
    },
  };
}

function accepted(status: string): Response {
  return answerJson({ status }, 202);
}
