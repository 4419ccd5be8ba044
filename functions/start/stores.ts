import { dynamoArticles } from '../adapters/dynamo/dynamo-articles.ts';
import type { Table } from '../adapters/dynamo/dynamo-client.ts';
import { dynamoComplaints } from '../adapters/dynamo/dynamo-complaints.ts';
import { dynamoDelivery } from '../adapters/dynamo/dynamo-delivery.ts';
import { dynamoDistributions, dynamoVerifications } from '../adapters/dynamo/dynamo-distributions.ts';
import { dynamoFeeds } from '../adapters/dynamo/dynamo-feeds.ts';
import { dynamoIssues } from '../adapters/dynamo/dynamo-issues.ts';
import { dynamoMailEvents } from '../adapters/dynamo/dynamo-mail-events.ts';
import { dynamoOutbox } from '../adapters/dynamo/dynamo-outbox.ts';
import { dynamoProofs } from '../adapters/dynamo/dynamo-proofs.ts';
import { dynamoReviews } from '../adapters/dynamo/dynamo-reviews.ts';
import { dynamoSchedules } from '../adapters/dynamo/dynamo-schedules.ts';
import { dynamoSubscribers } from '../adapters/dynamo/dynamo-subscribers.ts';
import { dynamoSuppressions } from '../adapters/dynamo/dynamo-suppressions.ts';
import { dynamoThrottle } from '../adapters/dynamo/dynamo-throttle.ts';
import { dynamoTokens } from '../adapters/dynamo/dynamo-tokens.ts';
import { dynamoWebSub } from '../adapters/dynamo/dynamo-websub.ts';
import type { Config } from '../config.ts';

/**
 * Makes every store on one table. `onlyHolder` is an id of this process, given if no other process can work on the
 * table (`dynamo-delivery.ts`).
 */
export function tableStores(table: Table, config: Config, onlyHolder?: string) {
  return {
    articles: dynamoArticles(table, config.publication.languages),
    feeds: dynamoFeeds(table),
    tokens: dynamoTokens(table),
    throttle: dynamoThrottle(table),
    subscribers: dynamoSubscribers(table),
    issues: dynamoIssues(table),
    reviews: dynamoReviews(table),
    schedules: dynamoSchedules(table),
    proofs: dynamoProofs(table),
    delivery: dynamoDelivery(table, onlyHolder),
    mailEvents: dynamoMailEvents(table),
    complaints: dynamoComplaints(table),
    suppressions: dynamoSuppressions(table),
    outbox: dynamoOutbox(table),
    verifications: dynamoVerifications(table),
    websub: dynamoWebSub(table),
    distributions: dynamoDistributions(table),
  };
}
