import { expect, it } from 'vitest';
import type { Issue } from '../../functions/newsletter/issue.ts';
import type { Message } from '../../functions/shared/queue.ts';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { afterwards, FAULTS, type Fault, throttledFor } from '../support/provider.ts';
import { counter } from './fault-table.ts';
import { atItsHour, expectOnce, forget, type Newspaper, newDay, recover, verdict } from './newspaper.ts';
import { type Inject, type WatchedProcess, watchedProcess } from './watched-process.ts';

/** Faults of a mail provider and of the network, which the requests of an issue meet. */

/** A fault that passes by itself. `at` returns what a batch meets at an attempt, counted from 1. */
export type Passing = [fault: string, at: (attempt: number) => Fault | undefined];

export const PASSING: Passing[] = [
  [
    'reply lost after acceptance, twice',
    (attempt) => (attempt <= 2 ? afterwards(FAULTS.dropped) : undefined),
  ],
  ['connection dropped before acceptance, twice', (attempt) => (attempt <= 2 ? FAULTS.dropped : undefined)],
  ['429 with Retry-After', (attempt) => (attempt === 1 ? throttledFor(90) : undefined)],
  ['429 without Retry-After, three times', (attempt) => (attempt <= 3 ? FAULTS.throttled : undefined)],
  ['500, four times', (attempt) => (attempt <= 4 ? FAULTS.serverError : undefined)],
  ['500 after acceptance, twice', (attempt) => (attempt <= 2 ? afterwards(FAULTS.serverError) : undefined)],
  ['502 with a page of HTML', (attempt) => (attempt === 1 ? FAULTS.badGateway : undefined)],
  ['200 with a page of HTML, and not taken', (attempt) => (attempt === 1 ? FAULTS.htmlPage : undefined)],
  [
    '200 with a page of HTML, and taken',
    (attempt) => (attempt === 1 ? afterwards(FAULTS.htmlPage) : undefined),
  ],
  ['connection that hangs, not taken', (attempt) => (attempt === 1 ? FAULTS.hanging : undefined)],
  ['connection that hangs, taken', (attempt) => (attempt === 1 ? afterwards(FAULTS.hanging) : undefined)],
];

/**
 * Injects faults into the requests of an issue. `ofAll` counts all requests and `ofKey` those with the same key, both
 * from 1. `met` returns how many requests met a fault.
 */
export function meeting(fault: (place: { key: string; ofAll: number; ofKey: number }) => Fault | undefined) {
  const ofKeys = new Map<string, number>();
  let [ofAll, met] = [0, 0];
  const inject: Inject = (name, kind) => {
    if (kind !== 'request') return undefined;
    const key = name.replace(/ \(\d+\)$/, '');
    const ofKey = (ofKeys.get(key) ?? 0) + 1;
    ofKeys.set(key, ofKey);
    ofAll += 1;
    const found = fault({ key, ofAll, ofKey });
    if (found) met += 1;
    return found && { what: 'meet', fault: found };
  };
  return { inject, met: () => met };
}

/**
 * A request to a provider that hangs is given up after this time. A provider on a busy machine answers other requests
 * within it.
 */
const HANGING_MILLISECONDS = 1000;

type IssueOptions = { inject?: Inject; lose?: (message: Message) => boolean; hangs?: boolean };

/** Starts the issue of a new day at its hour. */
export async function anIssue(paper: Newspaper, { inject, lose, hangs = false }: IssueOptions = {}) {
  const ref = await newDay(paper);
  const process = await watchedProcess(paper.home, {
    ...(hangs && { mailTimeoutMilliseconds: HANGING_MILLISECONDS }),
    ...(inject && { inject }),
    ...(lose && { faults: { lose } }),
  });
  await atItsHour(process);
  return { ref, process };
}

const HOURS_AWAY = 30;

type Papers = {
  paper: Newspaper;
  /** The newspaper for the tests in which the provider is away. */
  smallPaper: Newspaper;
};

/**
 * Both runs, the short one and the exhaustive one, have these tests. While the provider is away, a tick comes once in
 * `hours` hours.
 */
export function providerTests(papers: () => Papers, hours: number): void {
  async function dayWithoutProvider(process: WatchedProcess): Promise<void> {
    for (let passed = 0; passed < HOURS_AWAY; passed += hours) {
      process.pass(hours * 3600_000);
      await process.minute();
    }
  }

  it('a batch with one bad address mails the other ninety-nine readers, and the issue counts the bad address', async (context) => {
    const { paper } = papers();
    const bad = paper.readers.filter(({ language }) => language === 'en').slice(40, 41);
    const good = paper.readers.filter((reader) => !bad.includes(reader));
    for (const { email } of bad) paper.home.account.badAddresses.add(email);
    const { ref, process } = await anIssue(paper);
    await recover(process);
    process.close();
    counter(context, 'one bad address in a hundred')(bad.length, verdict(paper, ref, good));
    expect(verdict(paper, ref, good)).toEqual({ owed: good.length, lost: [], repeated: [], strangers: [] });
    expect(await paper.home.services.issues.get(ref)).toMatchObject({
      state: 'sent',
      planned: paper.readers.length,
      sent: good.length,
      failed: bad.length,
      left: 0,
    });
    paper.home.account.badAddresses.clear();
    forget(paper);
  });

  it.for([
    ['the key is revoked', 'key revoked half way', FAULTS.revoked],
    ['the quota is exhausted', 'quota exhausted half way', FAULTS.overQuota],
  ] as const)(
    'an issue stops when %s, and every reader gets the issue once after an editor has resumed it',
    async ([, fault, answer], context) => {
      const { paper } = papers();
      let isRefused = true;
      const { inject, met } = meeting(({ ofAll }) => (isRefused && ofAll > 3 ? answer : undefined));
      const { ref, process } = await anIssue(paper, { inject });
      expect(await process.services.issues.get(ref)).toMatchObject({ state: 'stopped' });
      const half = process.mails.length;
      expect(half).toBeGreaterThan(0);
      process.pass(30 * 60_000);
      await process.minute();
      expect(process.mails, 'nothing goes out of a stopped issue').toHaveLength(half);
      isRefused = false;
      const path = `/api/issues/${ref.edition}.${ref.slot}/resume`;
      expect((await process.edit('POST', path)).status).toBe(202);
      await recover(process);
      process.close();
      counter(context, fault)(met(), verdict(paper, ref));
      await expectOnce(paper, ref);
      forget(paper);
    },
  );

  it('nobody is mailed twice when the provider takes the mails and answers nothing for a day', async (context) => {
    const { smallPaper } = papers();
    const { inject, met } = meeting(({ ofKey }) =>
      afterwards(ofKey === 1 ? FAULTS.dropped : FAULTS.serverError),
    );
    const { ref, process } = await anIssue(smallPaper, { inject });
    await dayWithoutProvider(process);
    process.close();
    counter(context, 'away for 30 hours, having taken')(met(), verdict(smallPaper, ref));
    expect(verdict(smallPaper, ref)).toEqual({ owed: 60, lost: [], repeated: [], strangers: [] });
    expectUncertain(await smallPaper.home.services.issues.get(ref));
    forget(smallPaper);
  });

  it('batches end as uncertain and nothing is sent late when the provider is away for a day', async () => {
    const { smallPaper } = papers();
    const { inject } = meeting(() => FAULTS.dropped);
    const { ref, process } = await anIssue(smallPaper, { inject });
    await dayWithoutProvider(process);
    process.close();
    expect(smallPaper.home.mails).toEqual([]);
    expectUncertain(await smallPaper.home.services.issues.get(ref));
    const lines = process.log.lines.filter(({ message }) => message.includes('uncertain'));
    expect(new Set(lines.map(({ fields }) => fields?.batch)).size).toBe(4);
    forget(smallPaper);
  });

  it('readers who leave or bounce after the issue was planned get nothing, whenever their batch is sent', async (context) => {
    const { paper } = papers();
    const { ref, process } = await anIssue(paper, { lose: ({ kind }) => kind === 'send' });
    const issue = await process.services.issues.get(ref);
    expect(issue).toMatchObject({ state: 'sending', planned: paper.readers.length, sent: 0 });
    const gone = paper.readers.filter((_, index) => index % 10 === 0);
    const [leaving, bouncing] = [gone.slice(0, 10), gone.slice(10)];
    for (const { id } of leaving) {
      const link = new URL(process.services.links.unsubscribe(id, ref.edition, process.config.baseUrl));
      const answer = await process.request(link.pathname + link.search, {
        method: 'POST',
        body: 'List-Unsubscribe=One-Click',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      expect(answer.status).toBe(200);
    }
    const at = new Date(process.now()).toISOString();
    for (const { email } of bouncing)
      await process.services.subscribers.suppress(addressHash(email), { reason: 'bounced', at });
    const survivor = await watchedProcess(paper.home);
    await recover(survivor);
    for (const each of [process, survivor]) each.close();
    const staying = paper.readers.filter((reader) => !gone.includes(reader));
    counter(context, 'reader left or bounced after planning')(gone.length, verdict(paper, ref, staying));
    expect(verdict(paper, ref, staying)).toEqual({ owed: 180, lost: [], repeated: [], strangers: [] });
    expect(await paper.home.services.issues.get(ref)).toMatchObject({
      state: 'sent',
      planned: 200,
      sent: 180,
      failed: 0,
      left: 20,
    });
  });
}

/** Expects that the issue counts its readers as uncertain, because nobody can tell whether the mails arrived. */
function expectUncertain(issue: Issue | undefined): void {
  expect(issue).toMatchObject({ state: 'sent', planned: 60, sent: 0, failed: 60, left: 0 });
}
