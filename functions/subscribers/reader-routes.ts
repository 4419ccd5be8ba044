import * as z from 'zod';
import { operation } from '../access/api-operation.ts';
import type { Config } from '../config.ts';
import { answerJson } from '../shared/answer-json.ts';
import { type Clock, DAY_MILLISECONDS, isoTime } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { problemResponse } from '../shared/problem.ts';
import { addressHash } from './email-address.ts';
import { erase, type KeptMails } from './personal-data.ts';
import { unsubscribe } from './preferences.ts';
import type { Subscriber } from './subscriber.ts';
import type { SubscriberStore } from './subscriber-store.ts';
import { isErased, suppressionOf } from './suppression.ts';
import { mailAddress, suppression } from './suppression-shapes.ts';

export type ReaderRouteServices = {
  subscribers: SubscriberStore;
  config: Config;
  clock: Clock;
  log: Log;
  /** Only one machine has a mailbox. */
  mailbox?: KeptMails;
};

/** How a request names a reader: by the address, or by the id that an export has. */
type Named = { email?: string | undefined; id?: string | undefined };
const named = { email: mailAddress.optional(), id: z.string().min(1, { error: 'must be an id' }).optional() };
const ONE_OF_BOTH = 'or id must be there, and not both';
const namesOne = ({ email, id }: Named) => (email === undefined) !== (id === undefined);

const erased = z.strictObject({
  /** `unchanged`: the reader was erased before. */
  result: z.enum(['erased', 'unchanged']),
  suppression: suppression.nullable(),
  /** What the erasure leaves. `until` is null if it stays for good. */
  stays: z.array(z.strictObject({ what: z.string(), until: z.string().nullable() })),
});

const unsubscribed = z.strictObject({
  result: z.enum(['updated', 'unchanged']),
  /** The editions that the reader got until now. */
  unsubscribed: z.array(z.string()),
  /** The editions that the reader still gets. */
  editions: z.array(z.string()),
});

/** What editors do for one reader who asked the newsroom for it. */
export function readerOperations(services: ReaderRouteServices) {
  const { subscribers, config, clock, log } = services;
  const editions = config.publication.editions.map(({ id }) => id);

  return {
    erase: operation({
      query: z.strictObject(named).refine(namesOne, { path: ['email'], error: ONE_OF_BOTH }),
      answers: { 200: { means: 'The reader is erased. The answer says what stays.', shape: erased } },
      async handle({ query, bearer }) {
        const reader = await readerNamed(query);
        const email = reader?.email ?? query.email;
        const hash = email === undefined ? undefined : addressHash(email);
        if (reader) await erase(services, reader.id);
        const found = hash === undefined ? undefined : await suppressionOf(subscribers, hash);
        // An erasure that is repeated, because its answer got lost, is no mistake.
        if (!hash || (!reader && !isErased(found))) return notFound(query);
        if (reader) log.info('an editor erased a reader', { address: hash.slice(0, 12), by: bearer.name });
        const answer: z.output<typeof erased> = {
          result: reader ? 'erased' : 'unchanged',
          suppression: found ?? null,
          stays: whatStays(clock(), services.mailbox !== undefined),
        };
        return answerJson(answer);
      },
    }),

    unsubscribe: operation({
      query: z
        .strictObject({
          ...named,
          edition: z.enum(editions, { error: `must be one of ${editions.join(', ')}` }).optional(),
        })
        .refine(namesOne, { path: ['email'], error: ONE_OF_BOTH }),
      answers: { 200: { means: 'The reader does not get the editions any more.', shape: unsubscribed } },
      async handle({ query, bearer }) {
        const before = await readerNamed(query);
        const edition = query.edition ?? 'all';
        const after = before && (await unsubscribe(services, before.id, edition, 'editor'));
        if (!after) return notFound(query);
        const gone = before.editions.filter((each) => !after.editions.includes(each));
        if (gone.length > 0)
          log.info('an editor unsubscribed a reader', { subscriber: after.id, edition, by: bearer.name });
        const answer: z.output<typeof unsubscribed> = {
          result: gone.length > 0 ? 'updated' : 'unchanged',
          unsubscribed: gone,
          editions: after.editions,
        };
        return answerJson(answer);
      },
    }),
  };

  async function readerNamed({ email, id }: Named): Promise<Subscriber | undefined> {
    const known = email === undefined ? id : await subscribers.idByAddress(addressHash(email));
    return known === undefined ? undefined : subscribers.get(known);
  }
}

function notFound({ email, id }: Named): Response {
  return problemResponse({
    kind: 'not-found',
    what: `reader with the ${email ? `address ${email}` : `id ${id}`}`,
  });
}

/** What is left of a reader who was erased, as docs/decisions/readers.md explains it. */
/** `isOneMachine`: mails to an older address may be in the mailbox. On AWS the table can be restored for 35 days. */
function whatStays(now: number, isOneMachine: boolean): z.output<typeof erased>['stays'] {
  const inDays = (days: number) => isoTime(now + days * DAY_MILLISECONDS);
  const tomorrow = inDays(1);
  return [
    {
      what: 'the SHA-256 of the address, so that no list brings it back, until the reader signs up again',
      until: null,
    },
    { what: 'ids in issues that were sent, which lead to nobody', until: null },
    {
      what: 'the address in batches that were frozen and have no outcome yet',
      until: tomorrow,
    },
    { what: 'counts of requests, under the id and under the SHA-256 of the address', until: tomorrow },
    isOneMachine
      ? { what: 'mails in the mailbox to an address that the reader had before', until: inDays(30) }
      : { what: 'the backups of the table, from which only the operator can restore it', until: inDays(35) },
  ];
}
