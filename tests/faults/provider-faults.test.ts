import { beforeAll, expect, it } from 'vitest';
import type { Issue } from '../../functions/newsletter/issue.ts';
import type { Message } from '../../functions/shared/queue.ts';
import { addressHash } from '../../functions/subscribers/email-address.ts';
import { useDatabase } from '../support/installation.ts';
import { afterwards, FAULTS, type Fault, throttledFor } from '../support/provider.ts';
import { counter } from './fault-table.ts';
import {
  atItsHour,
  expectOnce,
  forget,
  type Newspaper,
  newDay,
  newspaper,
  recover,
  verdict,
} from './newspaper.ts';
import { type Inject, type WatchedProcess, watchedProcess } from './watched-process.ts';

/** What a provider, and the way to it, do to the requests of an issue to 200 readers. */

useDatabase();

let paper: Newspaper;
/** For what asks the provider again all day long. */
let smallPaper: Newspaper;
beforeAll(async () => {
  paper = await newspaper(200);
  smallPaper = await newspaper(60);
});

/** Requests of an issue, each with its place among all and among those with its key, from 1. */
function meeting(fault: (place: { ofAll: number; ofKey: number }) => Fault | undefined) {
  const ofKeys = new Map<string, number>();
  let [ofAll, met] = [0, 0];
  const inject: Inject = (name, kind) => {
    if (kind !== 'request') return undefined;
    const key = name.replace(/ \(\d+\)$/, '');
    const ofKey = (ofKeys.get(key) ?? 0) + 1;
    ofKeys.set(key, ofKey);
    ofAll += 1;
    const found = fault({ ofAll, ofKey });
    if (found) met += 1;
    return found && { what: 'meet', fault: found };
  };
  return { inject, met: () => met };
}

/** An issue of a new day, at its hour. */
async function anIssue(inject?: Inject, lose?: (message: Message) => boolean, of = paper) {
  const ref = await newDay(of);
  const process = await watchedProcess(of.home, {
    mailTimeoutMilliseconds: 600,
    ...(inject && { inject }),
    ...(lose && { faults: { lose } }),
  });
  await atItsHour(process);
  return { ref, process };
}

async function everyHour(process: WatchedProcess, hours: number): Promise<void> {
  for (let hour = 0; hour < hours; hour++) {
    process.pass(3600_000);
    await process.minute();
  }
}

function expectUncertain(issue: Issue | undefined): void {
  expect(issue).toMatchObject({ state: 'sent', planned: 60, sent: 0, failed: 60, left: 0 });
}

const passing: [string, (attempt: number) => Fault | undefined][] = [
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

it.for(passing)('every batch meets: %s', async ([fault, answer], context) => {
  const { inject, met } = meeting(({ ofKey }) => answer(ofKey));
  const { ref, process } = await anIssue(inject);
  await recover(process);
  process.close();
  counter(context, `every batch: ${fault}`)(met(), verdict(paper, ref));
  await expectOnce(paper, ref);
  expect(met()).toBeGreaterThanOrEqual(5);
  forget(paper);
});

it('one bad address in a hundred: the other ninety-nine are mailed, and it is counted', async (context) => {
  const bad = paper.readers.filter(({ language }) => language === 'en').slice(40, 41);
  const good = paper.readers.filter((reader) => !bad.includes(reader));
  for (const { email } of bad) paper.home.account.badAddresses.add(email);
  const { ref, process } = await anIssue();
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
  ['key revoked half way', FAULTS.revoked],
  ['quota exhausted half way', FAULTS.overQuota],
] as const)(
  '%s: the issue stops, and once an editor has resumed it each reader has it once',
  async ([fault, answer], context) => {
    let isRefused = true;
    const { inject, met } = meeting(({ ofAll }) => (isRefused && ofAll > 3 ? answer : undefined));
    const { ref, process } = await anIssue(inject);
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

it('provider away for a day, having taken what it did not answer: nobody is mailed twice', async (context) => {
  const { inject, met } = meeting(({ ofKey }) =>
    afterwards(ofKey === 1 ? FAULTS.dropped : FAULTS.serverError),
  );
  const { ref, process } = await anIssue(inject, undefined, smallPaper);
  await everyHour(process, 30);
  process.close();
  counter(context, 'away for 30 hours, having taken')(met(), verdict(smallPaper, ref));
  expect(verdict(smallPaper, ref)).toEqual({ owed: 60, lost: [], repeated: [], strangers: [] });
  expectUncertain(await smallPaper.home.services.issues.get(ref));
  forget(smallPaper);
});

it('provider away for a day, having taken nothing: the batches end as uncertain, and nothing is sent late', async () => {
  const { inject } = meeting(() => FAULTS.dropped);
  const { ref, process } = await anIssue(inject, undefined, smallPaper);
  await everyHour(process, 30);
  process.close();
  expect(smallPaper.home.mails).toEqual([]);
  expectUncertain(await smallPaper.home.services.issues.get(ref));
  const lines = process.log.lines.filter(({ message }) => message.includes('uncertain'));
  expect(new Set(lines.map(({ fields }) => fields?.batch)).size).toBe(4);
  forget(smallPaper);
});

it('readers who leave or bounce after planning get nothing, whenever their batch is sent', async (context) => {
  const { ref, process } = await anIssue(undefined, ({ kind }) => kind === 'send');
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
