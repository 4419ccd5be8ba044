import type { Context } from 'hono';
import type { Config } from '../config.ts';
import { NO_STORE } from '../shared/answer-json.ts';
import { HOUR_SECONDS } from '../shared/clock.ts';
import type { Templates } from '../shared/locale.ts';
import { problemResponse } from '../shared/problem.ts';
import { LINK_PATHS, type LinkPurpose, type Links } from '../subscribers/links.ts';
import { refusedMail } from '../subscribers/mail-limits.ts';
import type { KeptMails } from '../subscribers/personal-data.ts';
import { CHANGES_AN_HOUR, maySave } from '../subscribers/preferences.ts';
import type { SubscriberServices } from '../subscribers/sign-up.ts';
import type { Subscriber } from '../subscribers/subscriber.ts';
import { clientOf } from './client.ts';
import type { PageContext } from './page-context.ts';
import { message } from './page-response.ts';
import { pageContext, readerLanguage } from './reader-language.ts';

export type ReaderServices = SubscriberServices & {
  config: Config;
  templates: Templates;
  links: Links;
  /** Only one machine has a mailbox. */
  mailbox?: KeptMails;
};

/**
 * The headers of pages for one reader. They are not cached, and links on them do not send on the token in the address.
 */
export const PRIVATE = { ...NO_STORE, 'referrer-policy': 'no-referrer' };

export const MAX_FORM_BYTES = 20_000;

/** What all routes for readers need: who asks, with which link, and in which language the answer is. */
export function readerLinks(services: ReaderServices) {
  const { config, subscribers, links } = services;
  const tokenOf = (context: Context) => context.req.query('token') ?? '';
  const visitor = (context: Context): PageContext =>
    pageContext(services, readerLanguage(config, context.req));
  const gone = (context: Context) => message(visitor(context), 'erased', 410);

  return {
    visitor,
    gone,
    pagesOf: ({ language }: { language: string }): PageContext => pageContext(services, language),
    opened: (context: Context, purpose: LinkPurpose) => links.open(purpose, tokenOf(context)),
    /** Returns a path with the token of this request. */
    withToken: (context: Context, path: string) => `${path}?token=${encodeURIComponent(tokenOf(context))}`,

    /** Returns the reader of the link, or a page that says why the link has no reader. */
    async readerOrAnswer(context: Context, purpose: LinkPurpose): Promise<Subscriber | Response> {
      const [id] = links.open(purpose, tokenOf(context)) ?? [];
      if (!id) return message(visitor(context), 'expired', 404);
      // The link was signed here, so the reader existed once and was erased.
      return (await subscribers.get(id)) ?? gone(context);
    },

    /**
     * Counts a mail that the client asks for. Returns undefined if it may be sent, or else the answer that refuses it.
     */
    async refusedToClient(context: Context, isForm: boolean): Promise<Response | undefined> {
      const client = clientOf(context, config);
      const detail = client && (await refusedMail(services, client));
      return detail === undefined ? undefined : tooMany(context, isForm, detail);
    },

    /**
     * Counts a change that a reader saves. Returns undefined if it may be saved, or else the answer that refuses it.
     */
    async refusedToReader(context: Context, id: string, isForm: boolean): Promise<Response | undefined> {
      if (await maySave(services, id)) return undefined;
      const detail = `At most ${CHANGES_AN_HOUR} changes an hour are saved for one reader. Try again in an hour.`;
      return tooMany(context, isForm, detail);
    },
  };

  function tooMany(context: Context, isForm: boolean, detail: string): Response | Promise<Response> {
    if (isForm) return message(visitor(context), 'too-many', 429, { 'retry-after': String(HOUR_SECONDS) });
    return problemResponse({ kind: 'throttled', detail, retryAfterSeconds: HOUR_SECONDS });
  }
}

export const MANAGE_PATHS = {
  save: LINK_PATHS.manage,
  address: `${LINK_PATHS.manage}/address`,
  data: `${LINK_PATHS.manage}/data`,
  erase: '/subscriptions/erase',
};
