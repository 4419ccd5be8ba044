import type { Context } from 'hono';
import { countLeft, type LeftServices } from '../delivery/count-left.ts';
import { DAY_MILLISECONDS } from '../shared/clock.ts';
import { localDay } from '../shared/local-time.ts';
import { problemResponse } from '../shared/problem.ts';
import { askForAddressChange, changeAddress as confirmAddress } from '../subscribers/address-change.ts';
import { addressHash } from '../subscribers/email-address.ts';
import { LINK_PATHS } from '../subscribers/links.ts';
import { consentPart, erase as eraseReader, storedData } from '../subscribers/personal-data.ts';
import { parsePreferences, savePreferences } from '../subscribers/preferences.ts';
import { parseEmail, readerTimeZone } from '../subscribers/reader-input.ts';
import type { Subscriber } from '../subscribers/subscriber.ts';
import { suppressionOf } from '../subscribers/suppression.ts';
import { addressPage, erasePage } from './link-pages.ts';
import { type ManageData, managePage } from './manage-page.ts';
import { message, page } from './page-response.ts';
import { WEEKS } from './preference-fields.ts';
import { readBody, textOf } from './read-body.ts';
import { MANAGE_PATHS, PRIVATE, type ReaderServices, readerLinks } from './reader-link.ts';

/** Handlers for what a reader can change with the link that every mail has. A GET changes nothing. */
export function preferencesHandlers(services: ReaderServices & LeftServices) {
  const { config, subscribers, clock } = services;
  const { visitor, gone, pagesOf, opened, withToken, readerOrAnswer, refusedToClient, refusedToReader } =
    readerLinks(services);
  const dayOf = (at: number, subscriber: Subscriber) => localDay(at, readerTimeZone(config, subscriber));

  return {
    async show(context: Context): Promise<Response> {
      const subscriber = await readerOrAnswer(context, 'manage');
      if (subscriber instanceof Response) return subscriber;
      return manage((path) => withToken(context, path), subscriber, {}, 200);
    },

    async save(context: Context): Promise<Response> {
      const current = await readerOrAnswer(context, 'manage');
      if (current instanceof Response) return current;
      const body = await readBody(context.req.raw);
      if (!body.ok) return problemResponse(body.refusal);
      const { fields, isForm } = body.value;
      const input = parsePreferences(config, current, isForm ? fromForm(fields, current) : fields, clock());
      if (!input.ok) {
        if (!isForm || input.refusal.kind !== 'invalid') return problemResponse(input.refusal);
        const { faults } = input.refusal;
        return manage((path) => withToken(context, path), current, { faults }, 422);
      }
      // The limit of changes does not apply to a reader who leaves all editions.
      const refusal = input.value.editions.length > 0 && (await refusedToReader(context, current.id, isForm));
      if (refusal) return refusal;
      const way = isForm ? 'page' : 'json';
      const saved = await savePreferences(services, current.id, input.value, way);
      if (!saved) return gone(context);
      const [, edition, slot] = opened(context, 'manage') ?? [];
      await countLeft(services, current.id, { edition, slot }, current.editions, saved.editions);
      if (isForm) return manage((path) => withToken(context, path), saved, { said: 'saved' }, 200);
      const { email, language, editions, topics, timeZone = null, pausedUntil = null } = saved;
      return Response.json(
        { email, language, editions, topics, timeZone, pausedUntil },
        { headers: PRIVATE },
      );
    },

    async askForAddress(context: Context): Promise<Response> {
      const subscriber = await readerOrAnswer(context, 'manage');
      if (subscriber instanceof Response) return subscriber;
      const body = await readBody(context.req.raw);
      if (!body.ok) return problemResponse(body.refusal);
      const { fields, isForm } = body.value;
      const input = parseEmail(fields);
      const isSame = input.ok && addressHash(input.value.email) === addressHash(subscriber.email);
      if (!input.ok || isSame) {
        const same = [{ pointer: '/email', detail: 'is the address that is subscribed already' }];
        const refusal = input.ok ? { kind: 'invalid' as const, faults: same } : input.refusal;
        if (!isForm || refusal.kind !== 'invalid') return problemResponse(refusal);
        const newAddress = { email: textOf(fields.email), faults: refusal.faults };
        return manage((path) => withToken(context, path), subscriber, { newAddress }, 422);
      }
      const refusal = await refusedToClient(context, isForm);
      if (refusal) return refusal;
      await askForAddressChange(services, subscriber.id, input.value.email);
      if (isForm)
        return manage((path) => withToken(context, path), subscriber, { said: 'addressAsked' }, 202);
      const status = 'a link was mailed to the new address, if it can be mailed';
      return Response.json({ status }, { status: 202, headers: PRIVATE });
    },

    async data(context: Context): Promise<Response> {
      const subscriber = await readerOrAnswer(context, 'manage');
      if (subscriber instanceof Response) return subscriber;
      const { consentLog, ...stored } = await storedData(services, subscriber);
      const from = Number(context.req.query('from') ?? 0);
      if (from !== 0 && consentLog[from] === undefined) {
        const detail = 'The parameter from must be as in the "next" of an earlier part.';
        return problemResponse({ kind: 'malformed', detail });
      }
      const part = consentPart(consentLog, from);
      const more = `${config.baseUrl}${withToken(context, MANAGE_PATHS.data)}&from=${part.next}`;
      const data = {
        // Only the consent log can be long. So all the rest is in the first part.
        ...(from === 0 && { ...stored, notIncluded: pagesOf(subscriber).phrases('page.data.notIncluded') }),
        consentLog: part.members,
        ...(part.next !== undefined && { next: more }),
      };
      return new Response(`${JSON.stringify(data, null, 2)}\n`, {
        headers: {
          ...PRIVATE,
          'content-type': 'application/json',
          'content-disposition': 'attachment; filename="newsletter-data.json"',
        },
      });
    },

    async showErase(context: Context): Promise<Response> {
      const subscriber = await readerOrAnswer(context, 'manage');
      if (subscriber instanceof Response) return subscriber;
      const { email, editions } = subscriber;
      const action = withToken(context, MANAGE_PATHS.erase);
      const back = withToken(context, MANAGE_PATHS.save);
      return page(erasePage(pagesOf(subscriber), { action, back, email, editions }), PRIVATE);
    },

    async erase(context: Context): Promise<Response> {
      const [id] = opened(context, 'manage') ?? [];
      if (!id) return message(visitor(context), 'expired', 404);
      const erased = await eraseReader(services, id);
      return message(erased ? pagesOf(erased) : visitor(context), 'erased', 200);
    },

    async showAddress(context: Context): Promise<Response> {
      const [subscriberId = '', changeId = ''] = opened(context, 'address') ?? [];
      const change = changeId && (await subscribers.addressChange(subscriberId, changeId, clock()));
      const subscriber = await subscribers.get(subscriberId);
      if (!change || subscriber?.id !== subscriberId) return message(visitor(context), 'expired', 404);
      if (change.replaced !== undefined) return message(pagesOf(subscriber), 'address-changed', 200);
      const action = withToken(context, LINK_PATHS.address);
      return page(addressPage(pagesOf(subscriber), { action, email: change.email }), PRIVATE);
    },

    async changeAddress(context: Context): Promise<Response> {
      const [subscriberId, changeId] = opened(context, 'address') ?? [];
      const changed =
        subscriberId && changeId
          ? await confirmAddress(services, subscriberId, changeId)
          : { kind: 'expired' as const };
      switch (changed.kind) {
        case 'changed':
          return message(pagesOf(changed.subscriber), 'address-changed', 200);
        case 'not-mailable':
          return message(pagesOf(changed), 'not-mailable', 409);
        case 'expired':
          return message(visitor(context), 'expired', 404);
      }
    },
  };

  async function manage(
    linkTo: (path: string) => string,
    subscriber: Subscriber,
    said: Pick<ManageData, 'said' | 'faults' | 'newAddress'>,
    status: number,
  ): Promise<Response> {
    const { email, language, editions, topics, timeZone, pausedUntil } = subscriber;
    const paused = pausedUntil ? Date.parse(pausedUntil) : 0;
    const data: ManageData = {
      ...{ email, language, editions, topics, timeZone },
      suppression: await suppressionOf(subscribers, addressHash(email)),
      pausedUntil: paused > clock() ? dayOf(paused, subscriber) : undefined,
      pauseFrom: dayOf(clock() + DAY_MILLISECONDS, subscriber),
      action: linkTo(MANAGE_PATHS.save),
      changeAddress: linkTo(MANAGE_PATHS.address),
      download: linkTo(MANAGE_PATHS.data),
      erase: linkTo(MANAGE_PATHS.erase),
      ...said,
    };
    return page(managePage(pagesOf(subscriber), data), PRIVATE, status);
  }

  /**
   * Turns a form into the fields of JSON. A form does not send boxes that are not ticked, and its pause is a number of
   * weeks or ends on a day.
   */
  function fromForm(fields: Record<string, unknown>, current: Subscriber): Record<string, unknown> {
    const { language, editions = [], topics = [], timeZone, pause, pausedUntil } = fields;
    const weeks = WEEKS.find((each) => String(each) === pause);
    const isKnown = pause === undefined || pause === 'no' || pause === 'until' || weeks !== undefined;
    return {
      language,
      editions,
      topics,
      ...(timeZone !== undefined && { timeZone: timeZone || null }),
      ...(pause === 'no' && { pausedUntil: null }),
      ...(pause === 'until' && { pausedUntil }),
      ...(!isKnown && { pausedUntil: String(pause) }),
      ...(weeks && { pausedUntil: dayOf(clock() + weeks * 7 * DAY_MILLISECONDS, current) }),
    };
  }
}
