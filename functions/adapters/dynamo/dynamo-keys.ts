/**
 * The key grammar of the one table. `pk` and `sk` are strings; `expiresAt` is the TTL, in seconds since 1970.
 * Times inside keys are ISO 8601 in UTC with milliseconds, so that they sort.
 *
 *   pk                            sk                     item
 *   ARTICLE#<id>                  -                      an article or its tombstone
 *   ARTICLES                      <createdAt>#<id>       every article, for the editors' list
 *   FEED#<feed>                   <publishedAt>#<id>     pointer: a feed and an article in it (dynamo-pointer.ts)
 *   PUBLIC#<yyyy-mm>              <publicAt>#<id>        when a story became public here
 *   EMBARGO                       <publishedAt>#<id>     embargoed, not yet announced
 *   TRANSLATIONS#<original id>    <id>                   an article that translates the original
 *   OUTBOX                        <at>#<what>            event to be carried out after its commit
 *   DOCUMENT#<feed>#<format>      br | gzip              rendered feed document (TTL); <feed> also a part of an archive
 *                                 HAD#<tag>              the articles that the document with this tag had (TTL)
 *   TOKENS                        <sha256>               an editor's token
 *   REPLY#<bearer>#<key>          -                      answer to an Idempotency-Key (TTL)
 *   SUBSCRIBER#<id>               -                      a reader, or which reader has taken that one in
 *                                 CHANGE#<id>            a new address that waits for its confirmation (TTL)
 *   ADDRESS#<sha256 of address>   -                      whose address it is
 *                                 SIGNUP#<id>            a sign-up of that address (TTL)
 *   CONSENT#<subscriber>          <at>#<version>         a line of a reader's consent log
 *                                 <at>#-<version>        the request that this version confirmed
 *   SUPPRESSED#<sha256>           -                      never to be mailed again
 *   SIGNUP#<id>                   -                      waits for its confirmation (TTL)
 *   MEMBERS#<edition>#<shard>     <subscriber>           a reader of an edition
 *   CHOICES#<edition>             <language>#<topics>    what some reader of it chose
 *   THROTTLE#<what>               -                      how often within the hour (TTL)
 *   VERIFICATIONS                 <at>#<id>              a WebSub request that its callback has not answered (TTL)
 *   SUBSCRIPTIONS#<feed>          <format>#<sha256>      a WebSub subscription, by its callback (TTL)
 *   TOPIC#<feed>                  -                      up to when anybody is subscribed to the feed, and what
 *                                                        its subscribers were sent last (TTL)
 *   RETRIES                       <at>#<feed>#<place>    when a subscriber is tried again
 *   DISTRIBUTIONS                 DUE#<feed>             its subscribers are to be told
 *                                 RUN#<feed>             they are being told: how far, and by whom
 *   EDITION#<edition>             -                      up to when its stories were taken, and which
 *   ISSUES#<edition>              <createdAt>#<slot>     every issue, for lists
 *   ISSUE#<edition>#<slot>        -                      an issue
 *                                 FROZEN                 what composing it decided
 *                                 VARIANT#<key>          its rendered mail, for one language and story list
 *                                 PLAN#<part>            how far a part is planned
 *                                 BATCH#<batch>          up to 100 recipients of one variant
 *                                 PENDING#<batch>        that batch has no outcome yet: when it may next be tried
 *                                 UNCERTAIN#<batch>      nobody knows whether that batch was taken
 *   PROOF#<id>                     -                      a proof of an edition, as it was rendered (TTL)
 *   OPEN                          <edition>#<slot>       an issue that has not ended
 *   PACE                          -                      how fast the mail provider is asked, by whoever asks it
 *   REVIEW#<edition>#<slot>       -                      what the newsroom said to its draft
 *   EVENTS#<edition>#<slot>#<n>   TALLY                  a part of what became of an issue's mails
 *   REACTIONS#<subscriber>        <edition>#<slot>       what that counted of a reader (TTL)
 *   COMPLAINTS#<edition>          STANDING               whether it is stopped, and since when complaints count
 *                                 HOUR#<yyyy-mm-ddThh>   mails accepted in it, and complaints about them (TTL)
 *   WEBHOOK#<id>                  -                      an event of the mail provider that was taken in (TTL)
 *   BOUNCES#<sha256>              -                      an address whose mails bounce for now (TTL)
 *   SCHEDULE                      <edition>              slots up to here were started
 *   MAIL                          <at>#<id>              a mail in the mailbox (one machine)
 *   MAIL#<id>                     -                      the same, by id
 *   MAILKEY#<key>                 -                      the mailbox's idempotency record (TTL)
 */
export type Key = { pk: string; sk: string };

/** Of partitions that have one item. */
const ONLY = '-';

export const articleKey = (id: string): Key => ({ pk: `ARTICLE#${id}`, sk: ONLY });
export const articleListKey = (createdAt: string, id: string): Key => ({
  pk: 'ARTICLES',
  sk: `${createdAt}#${id}`,
});
export const pointerKey = (feed: string, publishedAt: string, id: string): Key => ({
  pk: feedPartition(feed),
  sk: `${publishedAt}#${id}`,
});
export const feedPartition = (feed: string) => `FEED#${feed}`;
export const publicKey = (publicAt: string, id: string): Key => ({
  pk: publicPartition(publicAt.slice(0, 7)),
  sk: `${publicAt}#${id}`,
});
export const publicPartition = (month: string) => `PUBLIC#${month}`;
export const embargoKey = (due: string, id: string): Key => ({ pk: 'EMBARGO', sk: `${due}#${id}` });
export const translationKey = (original: string, id: string): Key => ({
  pk: translationPartition(original),
  sk: id,
});
export const translationPartition = (original: string) => `TRANSLATIONS#${original}`;
export const outboxKey = (id: string): Key => ({ pk: 'OUTBOX', sk: id });
export const documentKey = (feed: string, format: string, encoding: string): Key => ({
  pk: `DOCUMENT#${feed}#${format}`,
  sk: encoding,
});
export const snapshotKey = (feed: string, format: string, tag: string): Key => ({
  pk: `DOCUMENT#${feed}#${format}`,
  sk: `HAD#${tag}`,
});
export const tokenKey = (hash: string): Key => ({ pk: 'TOKENS', sk: hash });
export const replyKey = (key: string): Key => ({ pk: `REPLY#${key}`, sk: ONLY });
export const subscriberKey = (id: string): Key => ({ pk: `SUBSCRIBER#${id}`, sk: ONLY });
export const addressChangeKey = (subscriber: string, id: string): Key => ({
  ...subscriberKey(subscriber),
  sk: `CHANGE#${id}`,
});
export const addressKey = (hash: string): Key => ({ pk: `ADDRESS#${hash}`, sk: ONLY });
export const addressSignUpKey = (hash: string, signUp: string): Key => ({
  ...addressKey(hash),
  sk: `SIGNUP#${signUp}`,
});
export const consentPartition = (subscriber: string) => `CONSENT#${subscriber}`;
export const consentKey = (subscriber: string, at: string, line: string): Key => ({
  pk: consentPartition(subscriber),
  sk: `${at}#${line}`,
});
export const suppressionKey = (hash: string): Key => ({ pk: `SUPPRESSED#${hash}`, sk: ONLY });
export const signUpKey = (id: string): Key => ({ pk: `SIGNUP#${id}`, sk: ONLY });
export const memberKey = (edition: string, shard: number, subscriber: string): Key => ({
  pk: memberPartition(edition, shard),
  sk: subscriber,
});
export const memberPartition = (edition: string, shard: number) => `MEMBERS#${edition}#${shard}`;
export const choicePartition = (edition: string) => `CHOICES#${edition}`;
export const editionChoiceKey = (edition: string, choice: string): Key => ({
  pk: choicePartition(edition),
  sk: choice,
});
export const throttleKey = (what: string): Key => ({ pk: `THROTTLE#${what}`, sk: ONLY });
export const verificationKey = (id: string): Key => ({ pk: 'VERIFICATIONS', sk: id });
export const subscriptionPartition = (feed: string) => `SUBSCRIPTIONS#${feed}`;
export const subscriptionKey = (feed: string, place: string): Key => ({
  pk: subscriptionPartition(feed),
  sk: place,
});
export const topicKey = (feed: string): Key => ({ pk: `TOPIC#${feed}`, sk: ONLY });
export const retryKey = (at: string, feed: string, place: string): Key => ({
  pk: 'RETRIES',
  sk: `${at}#${feed}#${place}`,
});
export const dueKey = (feed: string): Key => ({ pk: 'DISTRIBUTIONS', sk: `DUE#${feed}` });
export const runKey = (feed: string): Key => ({ pk: 'DISTRIBUTIONS', sk: `RUN#${feed}` });
/** Of both. */
export const distributedFeed = (sk: string): string => sk.slice(sk.indexOf('#') + 1);
export const editionKey = (edition: string): Key => ({ pk: `EDITION#${edition}`, sk: ONLY });
export const issueListKey = (edition: string, createdAt: string, slot: string): Key => ({
  pk: `ISSUES#${edition}`,
  sk: `${createdAt}#${slot}`,
});
export const issuePartition = (edition: string, slot: string) => `ISSUE#${edition}#${slot}`;
export const issueKey = (edition: string, slot: string): Key => ({
  pk: issuePartition(edition, slot),
  sk: ONLY,
});
export const frozenKey = (edition: string, slot: string): Key => ({
  pk: issuePartition(edition, slot),
  sk: 'FROZEN',
});
export const variantKey = (edition: string, slot: string, variant: string): Key => ({
  pk: issuePartition(edition, slot),
  sk: `VARIANT#${variant}`,
});
export const planKey = (edition: string, slot: string, part: number): Key => ({
  pk: issuePartition(edition, slot),
  sk: `PLAN#${part}`,
});
export const batchKey = (edition: string, slot: string, batch: string): Key => ({
  pk: issuePartition(edition, slot),
  sk: `BATCH#${batch}`,
});
/** Ids of batches begin with when they are due, and so does the order of what is pending. */
export const pendingKey = (edition: string, slot: string, batch: string): Key => ({
  pk: issuePartition(edition, slot),
  sk: `PENDING#${batch}`,
});
export const pendingBatch = (sk: string): string => sk.slice('PENDING#'.length);
export const uncertainKey = (edition: string, slot: string, batch: string): Key => ({
  pk: issuePartition(edition, slot),
  sk: `UNCERTAIN#${batch}`,
});
export const tallyKey = (edition: string, slot: string, n: number): Key => ({
  pk: `EVENTS#${edition}#${slot}#${n}`,
  sk: 'TALLY',
});
export const reactionPartition = (subscriber: string) => `REACTIONS#${subscriber}`;
export const reactionKey = (subscriber: string, edition: string, slot: string): Key => ({
  pk: reactionPartition(subscriber),
  sk: `${edition}#${slot}`,
});
export const standingKey = (edition: string): Key => ({ pk: `COMPLAINTS#${edition}`, sk: 'STANDING' });
export const complaintHourKey = (edition: string, at: string): Key => ({
  pk: standingKey(edition).pk,
  sk: `HOUR#${at.slice(0, 13)}`,
});
export const webhookKey = (id: string): Key => ({ pk: `WEBHOOK#${id}`, sk: ONLY });
export const bouncesKey = (hash: string): Key => ({ pk: `BOUNCES#${hash}`, sk: ONLY });
export const proofKey = (id: string): Key => ({ pk: `PROOF#${id}`, sk: ONLY });
export const openKey = (edition: string, slot: string): Key => ({ pk: 'OPEN', sk: `${edition}#${slot}` });
export const paceKey = (): Key => ({ pk: 'PACE', sk: ONLY });
export const reviewKey = (edition: string, slot: string): Key => ({
  pk: `REVIEW#${edition}#${slot}`,
  sk: ONLY,
});
export const scheduleKey = (edition: string): Key => ({ pk: 'SCHEDULE', sk: edition });
export const mailListKey = (at: string, id: string): Key => ({ pk: 'MAIL', sk: `${at}#${id}` });
export const mailKey = (id: string): Key => ({ pk: `MAIL#${id}`, sk: ONLY });
export const mailReplyKey = (key: string): Key => ({ pk: `MAILKEY#${key}`, sk: ONLY });

/** `<time>#<id>` → its id. */
export const idAfterTime = (sk: string): string => sk.slice(sk.indexOf('#') + 1);

/** DynamoDB refuses longer keys: what a reader's path makes of them is stored nowhere. In bytes. */
export const isStorableKey = ({ pk, sk }: Key): boolean =>
  Buffer.byteLength(pk) <= 2048 && Buffer.byteLength(sk) <= 1024;

/** Above every id after a time, below every later time. */
export const AFTER_ANY_ID = '#~';
