import type { Config } from '../config.ts';
import { dynamoArticles } from './dynamo-articles.ts';
import type { Table } from './dynamo-client.ts';
import { dynamoComplaints } from './dynamo-complaints.ts';
import { dynamoDelivery } from './dynamo-delivery.ts';
import { dynamoDistributions } from './dynamo-distributions.ts';
import { dynamoFeeds } from './dynamo-feeds.ts';
import { dynamoIssues } from './dynamo-issues.ts';
import { dynamoMailEvents } from './dynamo-mail-events.ts';
import { dynamoOutbox } from './dynamo-outbox.ts';
import { dynamoReviews } from './dynamo-reviews.ts';
import { dynamoSchedules } from './dynamo-schedules.ts';
import { dynamoSubscribers } from './dynamo-subscribers.ts';
import { dynamoSuppressions } from './dynamo-suppressions.ts';
import { dynamoTests } from './dynamo-tests.ts';
import { dynamoThrottle } from './dynamo-throttle.ts';
import { dynamoTokens } from './dynamo-tokens.ts';
import { dynamoVerifications } from './dynamo-verifications.ts';
import { dynamoWebSub } from './dynamo-websub.ts';

/** Every store, on one table. `onlyHolder`: see dynamo-delivery.ts. */
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
    tests: dynamoTests(table),
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
