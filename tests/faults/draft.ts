import { expect } from 'vitest';
import type { IssueRef } from '../../functions/newsletter/issue-store.ts';
import { nextRun, slotOf } from '../../functions/newsletter/slot.ts';
import { withEditions } from '../support/editions.ts';
import { setUp, type World } from '../support/installation.ts';
import { digestsTo, issue, linkIn, postStory, subscribe } from '../support/newsroom.ts';
import { brokenOnce, type Step } from './every-step.ts';
import type { Verdict } from './newspaper.ts';
import { type Inject, type WatchedProcess, watchedProcess } from './watched-process.ts';

/**
 * The tests go from the draft to the digest. The draft is mailed, loses a story and is mailed again. Then it is
 * approved, and its issue goes out at its hour. The process is killed at one step on the way, and another process has
 * to finish the issue.
 */

const MINUTE = 60_000;
const EDITOR = 'desk@paper.example';
const READERS = ['en@reader.example', 'es@reader.example'];
const MINUTES_BEFORE = 10;
/** The minutes before and after the hour of the issue in which something happens or is repaired. */
const MINUTES = [-10, -9, -7, -6, -3, -2, 0, 1, 2, 3, 4, 5, 6, 7, 8];

/** Returns a newspaper whose editor reviews every draft, with a reader of each language. */
export async function paperWithReview(): Promise<World> {
  const review = { editors: [EDITOR], minutesBefore: MINUTES_BEFORE, otherwise: 'hold' as const };
  const home = await setUp({ config: withEditions({ review }) });
  for (const [index, reader] of READERS.entries())
    await subscribe(home, reader, { language: index === 0 ? 'en' : 'es' });
  await home.tick();
  // What the sign-ups have left runs out, and is deleted once. It is no step of a draft.
  home.pass(8 * 24 * 60 * MINUTE);
  await home.tick();
  await home.queue.drain();
  return home;
}

/**
 * Returns the steps up to the first plan of readers. The later steps are the same without a draft, and other tests
 * break them.
 */
export async function stepsOfADraft(home: World): Promise<string[]> {
  const steps = await aDay(home);
  return steps.slice(0, steps.findIndex((step) => step.includes('/PLAN#')) + 1);
}

/** Sends an issue whose process is killed before the step, and counts who got which mails. */
export async function killedBefore(
  home: World,
  step: Step,
  count: (injected: number, found: Verdict) => void,
): Promise<void> {
  const broken = brokenOnce(step);
  await aDay(home, broken.by({ what: 'die', when: 'before' })).finally(() => count(1, verdict(home)));
  expect(broken.met(), `${step} was met`).toBeDefined();
}

/**
 * Sends the issue of a day with one step broken. If the process dies, another process takes over. Returns the steps
 * that had an effect.
 */
async function aDay(home: World, inject?: Inject): Promise<string[]> {
  const ref = await dayBefore(home);
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
    if (minute >= -3 && !isApproved) isApproved = await approve(home, process);
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
  await expectOneOfEach(home, ref);
  return done;
}

/** Sets the clock to ten minutes before the hour of the next issue. */
async function dayBefore(home: World): Promise<IssueRef> {
  const [daily] = home.config.publication.editions;
  const due = daily && nextRun(daily, home.now() + 12 * 3600_000);
  if (!daily || !due) throw new Error('the daily has no next issue');
  home.time.now = due - MINUTES_BEFORE * MINUTE;
  return { edition: daily.id, slot: slotOf(new Date(due).toISOString(), daily.timeZone) };
}

/**
 * Presses the button of the last draft. Returns false if the editor is not told that it worked, so that they press it
 * again.
 */
async function approve(home: World, process: WatchedProcess): Promise<boolean> {
  const draft = home.mails.findLast(({ key }) => key.startsWith('draft/'));
  const answer = await process
    .request(linkIn(draft?.text, '/issues/review'), { method: 'POST' })
    .catch(() => undefined);
  return answer?.status === 200;
}

async function expectOneOfEach(home: World, { edition, slot }: IssueRef): Promise<void> {
  expect(await issue(home, `${edition}.${slot}`)).toMatchObject({ state: 'sent', planned: 2, sent: 2 });
  expect(READERS.map((reader) => digestsTo(home, reader).map(({ subject }) => subject))).toEqual([
    ['What stays'],
    ['Lo que queda'],
  ]);
  const drafts = home.mails.filter(({ key }) => key.startsWith('draft/'));
  // The number of the draft in a key says which mail it is. The rest of the key must be cut off, because it differs if
  // a mail is repeated by mistake.
  const mailed = drafts.map(
    ({ to, key, subject }) => `${to} ${key.split('/').slice(0, 3).join('/')} ${subject}`,
  );
  expect(new Set(mailed).size).toBe(mailed.length);
  expect(drafts.filter(({ key }) => key.split('/')[2] === '2').map(({ subject }) => subject)).toEqual([
    'Changed draft: What stays',
    'Borrador cambiado: Lo que queda',
  ]);
  expect(await home.services.outbox.leftBefore('9999', 10)).toEqual([]);
}

/** Returns who got no digest, and who got a digest or a draft twice. */
function verdict(home: World): Verdict {
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
