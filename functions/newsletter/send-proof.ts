import { editionOf } from '../settings/publication.ts';
import { isoTime } from '../shared/clock.ts';
import { phrasesIn } from '../shared/locale.ts';
import type { Log } from '../shared/log.ts';
import { handOver, type Queue } from '../shared/queue.ts';
import { done, type Outcome, refused } from '../shared/refusal.ts';
import { RETRY_AFTER_SECONDS, type Throttle } from '../shared/throttle.ts';
import { addressHash } from '../subscribers/email-address.ts';
import type { SubscriberStore } from '../subscribers/subscriber-store.ts';
import { type PreviewServices, previewIssue } from './preview-issue.ts';
import type { Proof, ProofRequest } from './previews.ts';
import type { ProofStore } from './proof-store.ts';

export type ProofServices = PreviewServices & {
  proofs: ProofStore;
  subscribers: SubscriberStore;
  throttle: Throttle;
  queue: Queue;
  log: Log;
};

/**
 * How many proofs one token may send in an hour. With at most twenty addresses each that is enough for a newsroom, and
 * too little for anybody who wants to mail strangers.
 */
const PROOFS_AN_HOUR = 30;

/**
 * Mails a proof of an issue to a few addresses. The mail is stored as it is rendered now, so that a repeated request to
 * the provider has the same bytes, whatever editors change meanwhile. The stories stay new for the next issue, and no
 * counter changes.
 */
export async function sendProof(services: ProofServices, request: ProofRequest): Promise<Outcome<Proof>> {
  const { config, proofs, throttle, templates, queue, clock, log } = services;
  const { id, requestHash, bearer, to } = request;
  const now = clock();
  const earlier = await proofs.get(id, now);
  if (earlier) return sameAnswer(earlier, requestHash);
  const phrases = phrasesIn(templates, request.language);
  const preview = await previewIssue(services, request, phrases('mail.proof.notice'));
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
  if (await throttle.count([{ key: `proof#${bearer}`, max: PROOFS_AN_HOUR }], now)) {
    return refused({
      kind: 'throttled',
      detail: `This token has asked for ${PROOFS_AN_HOUR} proofs within an hour. Look at a preview instead, or wait an hour.`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  const subject = phrases('mail.proof.subject', { subject: about.subject });
  const answer: Proof = { ...about, subject, id, to: mailed, suppressed };
  const { from, replyTo } = edition;
  const mail = { from, ...(replyTo !== undefined && { replyTo }), subject, html, text };
  const outboxId = await proofs.put({ id, requestHash, askedAt: isoTime(now), mail, answer });
  if (outboxId === undefined) {
    // Another request with the same id stored its proof first. That proof is the answer to this request too.
    const other = await proofs.get(id, now);
    return other ? sameAnswer(other, requestHash) : refused(busy);
  }
  await handOver(queue, log, [{ kind: 'letter', outboxId }]);
  return done(answer);
}

function sameAnswer(
  { answer, requestHash }: { answer: Proof; requestHash: string },
  asked: string,
): Outcome<Proof> {
  if (requestHash === asked) return done(answer);
  return refused({
    kind: 'key-reused',
    detail: 'The key was used for a proof with another body. Use a new key for a new proof.',
  });
}

async function suppressedOf({ subscribers }: ProofServices, to: string[]): Promise<Proof['suppressed']> {
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
  detail: 'Another request asked for the same proof at the same time. Try again.',
  retryAfterSeconds: 1,
};
