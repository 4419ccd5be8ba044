import { beforeAll, expect, it } from 'vitest';
import type { IssueRef } from '../../functions/newsletter/issue-store.ts';
import { nextRun, slotOf } from '../../functions/newsletter/slot.ts';
import { withEditions } from '../support/editions.ts';
import { setUp, useDatabase, type World } from '../support/installation.ts';
import { digestsTo, issue, linkIn, postStory, subscribe } from '../support/newsroom.ts';
import { brokenOnce } from './every-step.ts';
import { counter } from './fault-table.ts';
import type { Verdict } from './newspaper.ts';
import { type Inject, type WatchedProcess, watchedProcess } from './watched-process.ts';

/**
 * From the draft to the digest: it is mailed, loses a story and is mailed again, is approved, and goes out at its hour. At
 * every step of that the process is killed; whoever is left has to end it.
 */

useDatabase();

const MINUTE = 60_000;
const EDITOR = 'desk@paper.example';
const READERS = ['en@reader.example', 'es@reader.example'];
const MINUTES_BEFORE = 10;
/** At which something happens, or is made good: before and after the hour. */
const MINUTES = [-10, -9, -7, -6, -3, -2, 0, 1, 2, 3, 4, 5, 6, 7, 8];

let home: World;
let steps: string[];
beforeAll(async () => {
  const review = { editors: [EDITOR], minutesBefore: MINUTES_BEFORE, otherwise: 'hold' as const };
  home = await setUp({ config: withEditions({ review }) });
  for (const [index, reader] of READERS.entries())
    await subscribe(home, reader, { language: index === 0 ? 'en' : 'es' });
  await home.tick();
  const all = await aDay();
  // What follows the first plan is as it is without a draft, and tried there.
  steps = all.slice(0, all.findIndex((step) => step.includes('/PLAN#')) + 1);
});

/** A day's issue, with one step broken; another process takes over from one that died. Returns what had an effect. */
async function aDay(inject?: Inject): Promise<string[]> {
  const ref = await dayBefore();
  const mistake = await postStory(home, { title: 'A mistake', featured: true });
  await postStory(home, { title: 'What stays' });
  await postStory(home, { title: 'Lo que queda', language: 'es' });
  await home.queue.drain();
  home.mails.length = 0;
  let process = await watchedProcess(home, inject && { inject });
  const done: string[] = [];
  let isApproved = false;
  const due = home.now() + MINUTES_BEFORE * MINUTE;
  for (const minute of MINUTES) {
    home.time.now = due + minute * MINUTE;
    if (minute === -7) {
      expect((await home.edit('DELETE', `/api/articles/${mistake}`)).status).toBe(204);
      await home.queue.drain();
    }
    await process.minute();
    if (minute >= -3 && !isApproved) isApproved = await approve(process);
    await process.queue.drain();
    if (process.isDead()) {
      done.push(...process.steps);
      process.close();
      process = await watchedProcess(home);
    }
    if (minute > 1 && (await home.services.issues.open()).length === 0) break;
  }
  home.time.now += MINUTE;
  await process.minute();
  await process.queue.drain();
  done.push(...process.steps);
  process.close();
  await expectOneOfEach(ref);
  return done;
}

/** It is ten minutes before the hour of the next issue. */
async function dayBefore(): Promise<IssueRef> {
  const [daily] = home.config.publication.editions;
  const due = daily && nextRun(daily, home.now() + 12 * 3600_000);
  if (!daily || !due) throw new Error('the daily has no next issue');
  home.time.now = due - MINUTES_BEFORE * MINUTE;
  return { edition: daily.id, slot: slotOf(new Date(due).toISOString(), daily.timeZone) };
}

/** An editor who is not told that it worked presses again. */
async function approve(process: WatchedProcess): Promise<boolean> {
  const draft = home.mails.findLast(({ key }) => key.startsWith('draft/'));
  const answer = await process
    .request(linkIn(draft?.text, '/issues/review'), { method: 'POST' })
    .catch(() => undefined);
  return answer?.status === 200;
}

async function expectOneOfEach({ edition, slot }: IssueRef): Promise<void> {
  expect(await issue(home, `${edition}.${slot}`)).toMatchObject({ state: 'sent', planned: 2, sent: 2 });
  expect(READERS.map((reader) => digestsTo(home, reader).map(({ subject }) => subject))).toEqual([
    ['What stays'],
    ['Lo que queda'],
  ]);
  const drafts = home.mails.filter(({ key }) => key.startsWith('draft/'));
  const mailed = drafts.map(({ to, key, subject }) => `${to} ${key} ${subject}`);
  expect(new Set(mailed).size).toBe(mailed.length);
  expect(drafts.filter(({ key }) => key.split('/')[2] === '2').map(({ subject }) => subject)).toEqual([
    'Changed draft: What stays',
    'Borrador cambiado: Lo que queda',
  ]);
  expect(await home.services.outbox.leftBefore('9999', 10)).toEqual([]);
}

/** What the readers of the day got, and the editors of each draft. */
function verdict(): Verdict {
  const got = home.mails.map(
    ({ to, key, subject }) => `${to} ${key.split('/').slice(0, 2).join('/')} ${subject}`,
  );
  return {
    owed: READERS.length,
    lost: READERS.filter((reader) => digestsTo(home, reader).length === 0),
    repeated: got.filter((mail, index) => got.indexOf(mail) < index),
    strangers: home.mails.map(({ to }) => to).filter((to) => ![EDITOR, ...READERS].includes(to)),
  };
}

it('a draft takes steps of every kind', () => {
  for (const kind of [
    /^TransactWrite .*ISSUE#.*FROZEN.*OUTBOX/,
    /^TransactWrite .*ISSUE#.*FROZEN.*EDITION#.*REVIEW#/,
    /^Put REVIEW#/,
    /^Put SCHEDULE\//,
    /^request draft/,
    /^hand over letter/,
    /^hand over compose/,
  ])
    expect(steps.filter((step) => kind.test(step)).length, String(kind)).toBeGreaterThan(0);
});

// Killed after a step, it is killed before the next.
it('killed before each step of a draft: each draft and each digest once', {
  timeout: 180_000,
}, async (context) => {
  const count = counter(context, 'draft killed before a step');
  const failures: string[] = [];
  for (const step of steps) {
    const broken = brokenOnce(step);
    try {
      await aDay(broken.by({ what: 'die', when: 'before' }));
      expect(broken.wasMet(), 'it was met').toBe(true);
    } catch (error) {
      failures.push(`${step}: ${error}`);
    }
    count(1, verdict());
  }
  expect(failures).toEqual([]);
});
