import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Templates } from '../locale.ts';
import { problemResponse } from '../problem.ts';
import { done, type Outcome, refused } from '../refusal.ts';
import { LINK_PATHS, type LinkPurpose, type Links } from '../subscribers/links.ts';
import {
  changeSubscriber,
  confirm,
  parseSignUp,
  type SubscriberServices,
  signUp,
  unsubscribe,
} from '../subscribers/sign-up.ts';
import type { Subscriber } from '../subscribers/subscriber.ts';
import { message, page } from './page-response.ts';
import { pageContext, readerLanguage } from './reader-language.ts';
import { HONEYPOT, subscribePage } from './sign-up-form.ts';
import { confirmPage, managePage, unsubscribePage } from './token-pages.ts';

export type SubscriptionServices = SubscriberServices & { templates: Templates; links: Links };

const MAX_BODY_BYTES = 20_000;
const PRIVATE = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

/** Pages of one reader: never cached, and a GET changes nothing, since mail scanners follow links. */
export function subscriptionRoutes(services: SubscriptionServices): Hono {
  const { config, subscribers, links } = services;
  const app = new Hono();
  const limited = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => problemResponse({ kind: 'too-large', limitBytes: MAX_BODY_BYTES }),
  });
  const reader = (context: Context) => pageContext(services, readerLanguage(config, context.req));
  const readerOf = ({ language }: { language: string }) => pageContext(services, language);
  const opened = (context: Context, purpose: LinkPurpose) => links.open(purpose, context.req.query('token'));
  const actionOf = (context: Context, purpose: LinkPurpose) =>
    `${LINK_PATHS[purpose]}?token=${encodeURIComponent(context.req.query('token') ?? '')}`;

  app.post('/subscriptions', limited, async (context) => {
    const body = await bodyOf(context.req.raw);
    if (!body.ok) return problemResponse(body.refusal);
    const { fields, isForm } = body.value;
    const input = parseSignUp(config, fields);
    if (!input.ok) {
      if (!isForm || input.refusal.kind !== 'invalid') return problemResponse(input.refusal);
      return page(
        subscribePage(reader(context), { ...typed(fields), faults: input.refusal.faults }),
        PRIVATE,
        422,
      );
    }
    // A field that people do not see: who fills it in is a program, and is told nothing.
    if (!fields[HONEYPOT]) await signUp(services, input.value);
    if (isForm) return message(readerOf(input.value), 'check-inbox', 202);
    return Response.json(
      { status: 'a confirmation was mailed to the address, if it can be mailed' },
      { status: 202, headers: { 'cache-control': 'no-store' } },
    );
  });

  app.get('/subscriptions/confirm', async (context) => {
    const [id] = opened(context, 'confirm') ?? [];
    const request = id ? await subscribers.signUp(id, services.clock()) : undefined;
    if (!request) return message(reader(context), 'expired', 404);
    if (request.subscriberId) return message(readerOf(request), 'confirmed', 200);
    return page(
      confirmPage(readerOf(request), { action: actionOf(context, 'confirm'), editions: request.editions }),
      PRIVATE,
    );
  });

  app.post('/subscriptions/confirm', limited, async (context) => {
    const [id] = opened(context, 'confirm') ?? [];
    const subscriber = id ? await confirm(services, id) : undefined;
    return subscriber
      ? message(readerOf(subscriber), 'confirmed', 200)
      : message(reader(context), 'expired', 404);
  });

  app.get('/subscriptions/manage', async (context) => {
    const subscriber = await subscriberOf(context, 'manage');
    if (!subscriber) return message(reader(context), 'expired', 404);
    return page(
      managePage(readerOf(subscriber), { ...subscriber, action: actionOf(context, 'manage') }),
      PRIVATE,
    );
  });

  app.post('/subscriptions/manage', limited, async (context) => {
    const current = await subscriberOf(context, 'manage');
    if (!current) return message(reader(context), 'expired', 404);
    const body = await bodyOf(context.req.raw);
    if (!body.ok) return problemResponse(body.refusal);
    const wanted: Record<string, unknown> = { topics: [], ...body.value.fields, email: current.email };
    const leavesAll =
      (body.value.isForm && !('editions' in wanted)) ||
      (Array.isArray(wanted.editions) && wanted.editions.length === 0);
    const input = parseSignUp(
      config,
      leavesAll ? { ...wanted, editions: config.publication.editions.map(({ id }) => id) } : wanted,
    );
    if (!input.ok) {
      const faults = input.refusal.kind === 'invalid' ? input.refusal.faults : [];
      if (!body.value.isForm) return problemResponse(input.refusal);
      return page(
        managePage(readerOf(current), { ...current, action: actionOf(context, 'manage'), faults }),
        PRIVATE,
        422,
      );
    }
    const { language, topics } = input.value;
    const saved = await changeSubscriber(services, current.id, () => ({
      language,
      topics,
      editions: leavesAll ? [] : input.value.editions,
    }));
    return page(
      managePage(readerOf(saved ?? current), {
        ...(saved ?? current),
        action: actionOf(context, 'manage'),
        saved: true,
      }),
      PRIVATE,
    );
  });

  app.get('/unsubscribe', async (context) => {
    const [, edition] = opened(context, 'unsubscribe') ?? [];
    if (!edition) return message(reader(context), 'expired', 404);
    const subscriber = await subscriberOf(context, 'unsubscribe');
    const known = config.publication.editions.some(({ id }) => id === edition);
    return page(
      unsubscribePage(subscriber ? readerOf(subscriber) : reader(context), {
        action: actionOf(context, 'unsubscribe'),
        ...(known && { edition }),
      }),
      PRIVATE,
    );
  });

  // Both the page's buttons and RFC 8058, 3.2: no cookie, no redirect, and the same answer however often it comes.
  app.post('/unsubscribe', limited, async (context) => {
    const [id, edition] = opened(context, 'unsubscribe') ?? [];
    if (!id || !edition) return message(reader(context), 'expired', 404);
    const body = await bodyOf(context.req.raw);
    const all = body.ok && body.value.fields.scope === 'all';
    const subscriber = await unsubscribe(services, id, all ? 'all' : edition);
    return message(subscriber ? readerOf(subscriber) : reader(context), 'left', 200);
  });

  async function subscriberOf(context: Context, purpose: LinkPurpose): Promise<Subscriber | undefined> {
    const [id] = opened(context, purpose) ?? [];
    return id ? subscribers.get(id) : undefined;
  }

  return app;
}

type Body = { fields: Record<string, unknown>; isForm: boolean };

/** JSON, or a form; of a form, `editions` and `topics` are lists however many were ticked, `editions[]` too. */
async function bodyOf(request: Request): Promise<Outcome<Body>> {
  const got = request.headers.get('content-type') ?? '';
  const type = got.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') {
    try {
      const json = (await request.json()) as unknown;
      const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
      return isObject
        ? done({ fields: json as Body['fields'], isForm: false })
        : refused({ kind: 'malformed', detail: 'The body must be a JSON object.' });
    } catch {
      return refused({ kind: 'malformed', detail: 'The body is not JSON.' });
    }
  }
  const allowed = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];
  if (type !== 'application/x-www-form-urlencoded' && type !== 'multipart/form-data') {
    return refused({ kind: 'unsupported-media-type', got: got || 'not given', allowed });
  }
  try {
    const form = await request.formData();
    const fields: Record<string, unknown> = {};
    for (const [name, value] of form) {
      const list = name.endsWith('[]') || name === 'editions' || name === 'topics';
      const field = name.replace(/\[\]$/, '');
      if (list) fields[field] = [...((fields[field] as unknown[] | undefined) ?? []), value];
      else fields[field] = value;
    }
    return done({ fields, isForm: true });
  } catch {
    return refused({ kind: 'malformed', detail: 'The form cannot be read.' });
  }
}

/** What was typed, to be shown again beside its faults. */
function typed(fields: Record<string, unknown>) {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const list = (value: unknown) =>
    Array.isArray(value) ? value.filter((member) => typeof member === 'string') : undefined;
  return {
    email: text(fields.email) ?? '',
    language: text(fields.language) ?? '',
    editions: list(fields.editions) ?? [],
    topics: list(fields.topics) ?? [],
  };
}
