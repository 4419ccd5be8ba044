/**
 * The grammar of the keys in the one table. `pk` and `sk` are strings. Items marked (TTL) have `expiresAt`, in seconds
 * since 1970. Times in keys are ISO 8601 in UTC with milliseconds, so that sort keys are in the order of time. A
 * partition that only ever holds one item has the sort key `-`. In `SUPPRESSED#`, `ADDRESS#`, `BOUNCES#` and `MAILTO#`, <sha256>
 * is the hash of a mail address.
 *
 *   pk                            sk                     item
 *   ARTICLE#<id>                  -                      an article, or its tombstone once it was retracted
 *   ARTICLES                      <createdAt>#<id>       every article, for the editors' list
 *   FEED#<feed>                   <publishedAt>#<id>     a pointer: this article is, or was, in this feed (dynamo-feeds.ts)
 *   PUBLIC#<yyyy-mm>              <publicAt>#<id>        an article for newsletters, by when it first became public here
 *   EMBARGO                       <publishedAt>#<id>     an article under embargo that was not announced yet
 *   TRANSLATIONS#<original id>    <id>                   an article that translates the original
 *   REPLY#<bearer>#<key>          -                      the answer that was given for an Idempotency-Key (TTL)
 *   TOKENS                        <sha256>               a bearer token, by its hash, with the hash of the token that made it
 *   OUTBOX                        <at>#<what>            an event to carry out after the transaction that wrote it
 *
 *   DOCUMENT#<feed>#<format>      br | gzip              a rendered feed document (TTL); <feed> may be a part of an archive
 *                                 HAD#<tag>              the articles that were in the document with this ETag (TTL)
 *
 *   SUBSCRIBER#<id>               -                      a reader, or the id of the reader it was merged into
 *                                 CHANGE#<id>            a new address that waits for its confirmation (TTL)
 *   ADDRESS#<sha256>              -                      the reader who has this address
 *                                 SIGNUP#<id>            a sign-up with this address (TTL)
 *   SIGNUP#<id>                   -                      a sign-up that waits for its confirmation (TTL)
 *   CONSENT#<subscriber>          <at>#<version>         a line of the reader's consent log
 *                                 <at>#-<version>        the request that the reader confirmed with this version
 *   SUPPRESSED#<sha256>           -                      an address that must not be mailed
 *   BOUNCES#<sha256>              -                      an address whose recent mails bounced temporarily (TTL)
 *   MEMBERS#<edition>#<shard>     <subscriber>           a reader of an edition
 *   CHOICES#<edition>             <language>#<topics>    a choice that some reader of the edition has made
 *   THROTTLE#<what>               -                      how often something happened within its time (TTL); all strangers of a
 *                                                        kind share 65,536 of these (shared/throttle.ts)
 *
 *   VERIFICATIONS                 <at>#<id>              a WebSub request that its callback has not answered yet (TTL)
 *   SUBSCRIPTIONS#<feed>          <format>#<sha256>      a WebSub subscription, by the hash of its callback (TTL)
 *   TOPIC#<feed>                  -                      until when the feed has subscribers, and what they were sent last (TTL)
 *   RETRIES                       <at>#<feed>#<place>    when a failed delivery to a subscriber is tried again
 *   DISTRIBUTIONS                 DUE#<feed>             the feed has changed, and its subscribers have to be sent it
 *                                 RUN#<feed>             a distribution: how far it is, and which process does it
 *
 *   EDITION#<edition>             -                      up to when the edition has taken stories, and which ones
 *   SCHEDULE                      <edition>              up to when the slots of the edition were started, and which slot was left out
 *   ISSUES#<edition>              <createdAt>#<slot>     every issue of an edition, for lists
 *   OPEN                          <edition>#<slot>       an issue that has not ended, or a stopped one whose batches may
 *                                                        still have addresses
 *   ISSUE#<edition>#<slot>        -                      an issue
 *                                 FROZEN                 what composing it decided
 *                                 VARIANT#<key>          one rendered mail, for one language and list of stories
 *                                 PLAN#<part>            how far the readers of this part are put in batches
 *                                 BATCH#<batch>          up to 100 recipients of one variant
 *                                 PENDING#<batch>        when the batch, which has no outcome yet, may next be tried
 *                                 UNCERTAIN#<batch>      nobody knows whether the provider took the batch
 *   REVIEW#<edition>#<slot>       -                      the newsroom's decision on the draft of an issue
 *   PROOF#<id>                    -                      a proof of an edition, as it was rendered (TTL)
 *   PACE                          -                      how fast all processes together may call the mail provider
 *
 *   WEBHOOK#<id>                  -                      an event of the mail provider that was taken in (TTL)
 *   EVENTS#<edition>#<slot>#<n>   TALLY                  a part of the counts of what happened to an issue's mails
 *   REACTIONS#<subscriber>        <edition>#<slot>       what was counted for a reader of this issue (TTL)
 *   COMPLAINTS#<edition>          STANDING               whether complaints stopped the edition, and since when they count
 *                                 HOUR#<yyyy-mm-ddThh>   mails accepted in this hour, and complaints about them (TTL)
 *
 *   EXPIRED                       -                      up to which item expired ones were deleted (one machine only)
 *   MAIL                          <at>#<id>              the mails of one request to the mailbox (TTL, one machine only)
 *   MAIL#<id>                     -                      a mail in the mailbox (TTL, one machine only)
 *   MAILTO#<sha256>               <id>                   a mail to the address, in the mailbox (TTL, one machine only)
 *   MAILKEY#<key>                 -                      the mailbox's answer to an idempotency key (TTL, one machine only)
 */
export type Key = { pk: string; sk: string };

/** The sort key in partitions that hold one item. */
const ONLY = '-';

export const articleKey = (id: string): Key => ({ pk: `ARTICLE#${id}`, sk: ONLY });
export const ARTICLE_LIST = 'ARTICLES';
export const articleListKey = (createdAt: string, id: string): Key => ({
  pk: ARTICLE_LIST,
  sk: `${createdAt}#${id}`,
});
export const feedPartition = (feed: string) => `FEED#${feed}`;
export const pointerKey = (feed: string, publishedAt: string, id: string): Key => ({
  pk: feedPartition(feed),
  sk: `${publishedAt}#${id}`,
});
export const publicPartition = (month: string) => `PUBLIC#${month}`;
export const publicKey = (publicAt: string, id: string): Key => ({
  pk: publicPartition(publicAt.slice(0, 7)),
  sk: `${publicAt}#${id}`,
});
export const EMBARGOES = 'EMBARGO';
export const embargoKey = (due: string, id: string): Key => ({ pk: EMBARGOES, sk: `${due}#${id}` });
export const translationPartition = (original: string) => `TRANSLATIONS#${original}`;
export const translationKey = (original: string, id: string): Key => ({
  pk: translationPartition(original),
  sk: id,
});
export const replyKey = (key: string): Key => ({ pk: `REPLY#${key}`, sk: ONLY });
export const TOKENS = 'TOKENS';
export const tokenKey = (hash: string): Key => ({ pk: TOKENS, sk: hash });
export const OUTBOX = 'OUTBOX';
export const outboxKey = (id: string): Key => ({ pk: OUTBOX, sk: id });

export const DOCUMENTS = 'DOCUMENT#';
export const documentKey = (feed: string, format: string, encoding: string): Key => ({
  pk: `${DOCUMENTS}${feed}#${format}`,
  sk: encoding,
});
export const snapshotKey = (feed: string, format: string, tag: string): Key =>
  documentKey(feed, format, `HAD#${tag}`);

export const subscriberKey = (id: string): Key => ({ pk: `SUBSCRIBER#${id}`, sk: ONLY });
export const ADDRESS_CHANGES = 'CHANGE#';
export const addressChangeKey = (subscriber: string, id: string): Key => ({
  ...subscriberKey(subscriber),
  sk: `${ADDRESS_CHANGES}${id}`,
});
export const addressKey = (hash: string): Key => ({ pk: `ADDRESS#${hash}`, sk: ONLY });
export const SIGN_UPS = 'SIGNUP#';
export const addressSignUpKey = (hash: string, signUp: string): Key => ({
  ...addressKey(hash),
  sk: `${SIGN_UPS}${signUp}`,
});
export const signUpKey = (id: string): Key => ({ pk: `SIGNUP#${id}`, sk: ONLY });
export const consentPartition = (subscriber: string) => `CONSENT#${subscriber}`;
export const consentKey = (subscriber: string, at: string, line: string): Key => ({
  pk: consentPartition(subscriber),
  sk: `${at}#${line}`,
});
export const suppressionKey = (hash: string): Key => ({ pk: `SUPPRESSED#${hash}`, sk: ONLY });
export const bouncesKey = (hash: string): Key => ({ pk: `BOUNCES#${hash}`, sk: ONLY });
export const memberPartition = (edition: string, shard: number) => `MEMBERS#${edition}#${shard}`;
export const memberKey = (edition: string, shard: number, subscriber: string): Key => ({
  pk: memberPartition(edition, shard),
  sk: subscriber,
});
export const choicePartition = (edition: string) => `CHOICES#${edition}`;
export const editionChoiceKey = (edition: string, choice: string): Key => ({
  pk: choicePartition(edition),
  sk: choice,
});
export const throttleKey = (what: string): Key => ({ pk: `THROTTLE#${what}`, sk: ONLY });

export const VERIFICATIONS = 'VERIFICATIONS';
export const verificationKey = (id: string): Key => ({ pk: VERIFICATIONS, sk: id });
export const subscriptionPartition = (feed: string) => `SUBSCRIPTIONS#${feed}`;
export const subscriptionKey = (feed: string, place: string): Key => ({
  pk: subscriptionPartition(feed),
  sk: place,
});
export const topicKey = (feed: string): Key => ({ pk: `TOPIC#${feed}`, sk: ONLY });
export const RETRIES = 'RETRIES';
export const retryKey = (at: string, feed: string, place: string): Key => ({
  pk: RETRIES,
  sk: `${at}#${feed}#${place}`,
});
export const DISTRIBUTIONS = 'DISTRIBUTIONS';
export const dueKey = (feed: string): Key => ({ pk: DISTRIBUTIONS, sk: `DUE#${feed}` });
export const runKey = (feed: string): Key => ({ pk: DISTRIBUTIONS, sk: `RUN#${feed}` });

export const editionKey = (edition: string): Key => ({ pk: `EDITION#${edition}`, sk: ONLY });
export const scheduleKey = (edition: string): Key => ({ pk: 'SCHEDULE', sk: edition });
export const issueListPartition = (edition: string) => `ISSUES#${edition}`;
export const issueListKey = (edition: string, createdAt: string, slot: string): Key => ({
  pk: issueListPartition(edition),
  sk: `${createdAt}#${slot}`,
});
export const OPEN_ISSUES = 'OPEN';
export const openKey = (edition: string, slot: string): Key => ({
  pk: OPEN_ISSUES,
  sk: `${edition}#${slot}`,
});
export const issuePartition = (edition: string, slot: string) => `ISSUE#${edition}#${slot}`;
const ofIssue = (edition: string, slot: string, sk: string): Key => ({
  pk: issuePartition(edition, slot),
  sk,
});
export const issueKey = (edition: string, slot: string): Key => ofIssue(edition, slot, ONLY);
export const frozenKey = (edition: string, slot: string): Key => ofIssue(edition, slot, 'FROZEN');
export const variantKey = (edition: string, slot: string, variant: string): Key =>
  ofIssue(edition, slot, `VARIANT#${variant}`);
export const planKey = (edition: string, slot: string, part: number): Key =>
  ofIssue(edition, slot, `PLAN#${part}`);
export const batchKey = (edition: string, slot: string, batch: string): Key =>
  ofIssue(edition, slot, `BATCH#${batch}`);
/**
 * The id of a batch begins with the time at which it is due, so pending batches are in the order in which they are due.
 */
export const pendingKey = (edition: string, slot: string, batch: string): Key =>
  ofIssue(edition, slot, `PENDING#${batch}`);
export const uncertainKey = (edition: string, slot: string, batch: string): Key =>
  ofIssue(edition, slot, `UNCERTAIN#${batch}`);
export const reviewKey = (edition: string, slot: string): Key => ({
  pk: `REVIEW#${edition}#${slot}`,
  sk: ONLY,
});
export const proofKey = (id: string): Key => ({ pk: `PROOF#${id}`, sk: ONLY });
export const paceKey = (): Key => ({ pk: 'PACE', sk: ONLY });

export const webhookKey = (id: string): Key => ({ pk: `WEBHOOK#${id}`, sk: ONLY });
export const tallyKey = (edition: string, slot: string, n: number): Key => ({
  pk: `EVENTS#${edition}#${slot}#${n}`,
  sk: 'TALLY',
});
export const reactionPartition = (subscriber: string) => `REACTIONS#${subscriber}`;
export const reactionKey = (subscriber: string, edition: string, slot: string): Key => ({
  pk: reactionPartition(subscriber),
  sk: `${edition}#${slot}`,
});
export const complaintPartition = (edition: string) => `COMPLAINTS#${edition}`;
export const standingKey = (edition: string): Key => ({ pk: complaintPartition(edition), sk: 'STANDING' });
export const complaintHourKey = (edition: string, at: string): Key => ({
  pk: complaintPartition(edition),
  sk: `HOUR#${at.slice(0, 13)}`,
});

export const expiredKey = (): Key => ({ pk: 'EXPIRED', sk: ONLY });
export const MAILBOX = 'MAIL';
export const mailListKey = (at: string, id: string): Key => ({ pk: MAILBOX, sk: `${at}#${id}` });
export const mailKey = (id: string): Key => ({ pk: `MAIL#${id}`, sk: ONLY });
export const mailToPartition = (hash: string) => `MAILTO#${hash}`;
export const mailToKey = (hash: string, id: string): Key => ({ pk: mailToPartition(hash), sk: id });
export const mailReplyKey = (key: string): Key => ({ pk: `MAILKEY#${key}`, sk: ONLY });

/** Returns what follows the first `#` of a partition or sort key: the id in `ARTICLE#<id>` and in `<time>#<id>`. */
export const withoutPrefix = (key: unknown): string => String(key).slice(String(key).indexOf('#') + 1);

/** Returns the time in a sort key `<time>#<id>`. */
export const timeOf = (sk: unknown): string => String(sk).slice(0, String(sk).indexOf('#'));

/** Returns the edition and the slot in a sort key `<edition>#<slot>`. Neither can contain a `#`. */
export function issueRefOf(sk: unknown): { edition: string; slot: string } {
  const [edition = '', slot = ''] = String(sk).split('#');
  return { edition, slot };
}

/** After a time, this text sorts after every id that follows the same time, and before every later time. */
export const AFTER_ANY_ID = '#~';

/**
 * Decides whether DynamoDB takes a key: `pk` may have 2,048 bytes and `sk` 1,024. Addresses from outside can make
 * longer keys, with which nothing can be stored.
 */
export const isStorableKey = ({ pk, sk }: Key): boolean =>
  Buffer.byteLength(pk) <= 2048 && Buffer.byteLength(sk) <= 1024;
