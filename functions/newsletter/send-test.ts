import { editionOf } from '../settings/publication.ts';
import { isoTime } from '../shared/clock.ts';
import { phrasesIn } from '../shared/locale.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { RETRY_AFTER_SECONDS, type Throttle } from '../shared/throttle.ts';
import { addressHash } from '../subscribers/email-address.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import { composePreview, type PreviewServices } from './compose-preview.ts';
import type { TestAnswer, TestRequest } from './previews.ts';
import type { TestStore } from './test-store.ts';

export type TestServices = PreviewServices & {
  tests: TestStore;
  subscribers: SubscriberStore;
  throttle: Throttle;
  queue: Queue;
  log: Log;
};

/** Of one token. Twenty addresses each: enough for a newsroom, too few to mail a city with. */
const TESTS_AN_HOUR = 30;

/**
 * Mails what an issue would be to a few addresses, marked as a test. The mail is stored as it is composed now, so that a
 * repetition has the same bytes, whatever editors do meanwhile. No story is taken and nobody is counted.
 */
export async function sendTest(services: TestServices, request: TestRequest): Promise<Outcome<TestAnswer>> {
  const { config, tests, throttle, templates, queue, clock, log } = services;
  const { id, requestHash, bearer, to } = request;
  const now = clock();
  const earlier = await tests.get(id, now);
  if (earlier) return sameAnswer(earlier, requestHash);
  if (!(await throttle.underLimit(`test#${bearer}`, TESTS_AN_HOUR, now))) {
    return refused({
      kind: 'throttled',
      detail: `This token has asked for ${TESTS_AN_HOUR} tests within the hour. Look at previews, or wait.`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  const phrases = phrasesIn(templates, request.language);
  const preview = await composePreview(services, request, phrases('mail.test.notice'));
  if (!preview.ok) return preview;
  const { html, text, ...about } = preview.value;
  const edition = editionOf(config.publication, request.edition);
  if (!edition || html === null || text === null || about.subject === null)
    return refused({ kind: 'invalid', faults: [{ pointer: '', detail: nothingToMail(about.skipped) }] });

  const suppressed = await suppressedOf(services, to);
  const mailed = to.filter((email) => !suppressed.some((each) => each.email === email));
  if (mailed.length === 0) {
    const faults = suppressed.map(({ reason }, index) => ({
      pointer: `/to/${index}`,
      detail: `must be an address that may be mailed to: this one is suppressed (${reason})`,
    }));
    return refused({ kind: 'invalid', faults });
  }
  const subject = phrases('mail.test.subject', { subject: about.subject });
  const answer: TestAnswer = { ...about, subject, id, to: mailed, suppressed };
  const { from, replyTo } = edition;
  const mail = { from, ...(replyTo !== undefined && { replyTo }), subject, html, text };
  const outboxId = await tests.put({ id, requestHash, askedAt: isoTime(now), mail, answer });
  if (outboxId === undefined) {
    // Twice at once: the other one was first.
    const other = await tests.get(id, now);
    return other ? sameAnswer(other, requestHash) : refused(busy);
  }
  await handOver(queue, log, [{ kind: 'letter', outboxId }]);
  return done(answer);
}

function sameAnswer(
  { answer, requestHash }: { answer: TestAnswer; requestHash: string },
  asked: string,
): Outcome<TestAnswer> {
  if (requestHash === asked) return done(answer);
  return refused({
    kind: 'key-reused',
    detail: 'It was used for a test with another body. Use a new key for a new test.',
  });
}

async function suppressedOf({ subscribers }: TestServices, to: string[]): Promise<TestAnswer['suppressed']> {
  const found = await subscribers.suppressions(to.map(addressHash));
  return to.flatMap((email) => {
    const suppression = found.get(addressHash(email));
    return suppression ? [{ email, reason: suppression.reason }] : [];
  });
}

function nothingToMail(skipped: string | undefined): string {
  return `leaves nothing to mail${skipped ? ` (${skipped})` : ''}: wait for a story, or name some in storyIds`;
}

const busy = {
  kind: 'busy' as const,
  detail: 'The same test is asked for at the same time. Try again.',
  retryAfterSeconds: 1,
};
