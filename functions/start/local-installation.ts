import { lookup } from 'node:dns';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LookupFunction } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Table } from '../adapters/dynamo/dynamo-client.ts';
import { dynamoPace } from '../adapters/dynamo/dynamo-pace.ts';
import { callbackClient } from '../adapters/http/callback-client.ts';
import type { Deletion } from '../adapters/one-machine/database-file.ts';
import { dynamoMailbox } from '../adapters/one-machine/dynamo-mailbox.ts';
import { expiredItems } from '../adapters/one-machine/expired-items.ts';
import { mailboxApi } from '../adapters/one-machine/mailbox-api-routes.ts';
import { memoryQueue, type QueueFaults } from '../adapters/one-machine/memory-queue.ts';
import { withNotedErasures } from '../adapters/one-machine/noted-erasures.ts';
import { storageHealth } from '../adapters/one-machine/storage-health.ts';
import { secrets } from '../adapters/random.ts';
import { resendMailer } from '../adapters/resend/resend-mailer.ts';
import { createWholeApp } from '../app.ts';
import type { Config } from '../config.ts';
import { frozenIssues } from '../delivery/frozen-issues.ts';
import type { Mailer } from '../delivery/mailer.ts';
import { feedCache } from '../feeds/feed-cache.ts';
import { previewIssue } from '../newsletter/preview-issue.ts';
import type { Previews } from '../newsletter/previews.ts';
import { sendProof } from '../newsletter/send-proof.ts';
import { mailboxGuard } from '../pages/mailbox-guard.ts';
import { type Clock, HOUR_MILLISECONDS, type Ids } from '../shared/clock.ts';
import type { Templates } from '../shared/locale.ts';
import type { Log } from '../shared/log.ts';
import { isLoopback } from '../shared/loopback.ts';
import { problemResponse } from '../shared/problem.ts';
import { isForComposeQueue } from '../shared/queue.ts';
import { signedLinks } from '../subscribers/links.ts';
import type { Callbacks } from '../websub/callbacks.ts';
import { handleCompose } from '../work/handle-compose.ts';
import { handleRecords, handleWork } from '../work/handle-work.ts';
import { runTick, sweep } from '../work/run-tick.ts';
import { tableStores } from './stores.ts';

/**
 * All of Broadsheet in one process that works on one table: the services, the app and the queue. Tests give it a clock
 * of their own.
 */
export type Installation = ReturnType<typeof localInstallation>;

type Options = {
  config: Config;
  table: Table;
  templates: Templates;
  linkSecret: string;
  clock: Clock;
  ids: Ids;
  log: Log;
  /** If true, messages are handled as they come. A test that drains the queue itself leaves this off. */
  automatic?: boolean;
  faults?: QueueFaults;
  /** True if no other process works on the table, and none can. */
  isAlone?: boolean;
  /** Called when addresses are deleted. */
  onDeletion?: (what: Deletion) => void;
  /** The folder whose disk has the database, if it is on this machine. */
  dataFolder?: string;
  /** The key with which mails are put into the mailbox. The default is a random one. */
  mailboxKey?: string;
  /** The default is the `resend` client with the settings of `config`. */
  mailer?: Mailer;
  /** Waits until the mailer may make a request. The default really waits, and tests need not. */
  wait?: (milliseconds: number) => Promise<void>;
  /** The default sends requests to the addresses that subscribers gave. */
  callbacks?: Callbacks;
};

/** The pace of mails to the mailbox of this process, which is used if no mail provider is set. */
const MAILBOX_REQUESTS_PER_SECOND = 1000;

/** Builds all services and the app. It does not listen on a port. */
export function localInstallation(options: Options) {
  const { config, table, templates, linkSecret, clock, ids, log, onDeletion = () => {} } = options;
  const stores = tableStores(table, config, options.isAlone ? ids() : undefined);
  const links = signedLinks(linkSecret);
  // Only this process sends to its mailbox, so nobody else has to know the key.
  const mailboxKey = options.mailboxKey ?? `re_${secrets()}`;
  const { apiKey, baseUrl } = config.resend ?? {
    apiKey: mailboxKey,
    baseUrl: `http://127.0.0.1:${config.port}/mailbox/api`,
  };
  const requestsPerSecond = config.resend
    ? config.publication.mail.requestsPerSecond
    : MAILBOX_REQUESTS_PER_SECOND;
  const mailer = options.mailer ?? resendMailer({ apiKey, baseUrl });
  const pace = dynamoPace(table, { requestsPerSecond, clock, ...(options.wait && { wait: options.wait }) });
  const callbacks =
    options.callbacks ??
    callbackClient({
      site: config.baseUrl,
      // The names of the operator's own machines may be in a file of the system, which name servers do not know. So the
      // system is asked.
      ...(config.allowPrivateCallbacks && { mayConnect: () => true, lookup: lookup as LookupFunction }),
    });
  // One machine has no cache in front of it.
  const cdn = { invalidate: async () => {} };
  const queue = memoryQueue({
    clock,
    ids,
    log,
    automatic: options.automatic ?? false,
    ...(options.faults && { faults: options.faults }),
    handler: (message) => (event) =>
      handleRecords(
        event,
        isForComposeQueue(message)
          ? (each) => handleCompose(services, each)
          : (each) => handleWork(services, each),
        log,
      ),
  });
  const previews: Previews = {
    preview: (request) => previewIssue(services, request),
    proof: (request) => sendProof(services, request),
  };
  const { subscribers } = stores;
  const mailbox = dynamoMailbox(table);
  const services = {
    ...stores,
    mailbox,
    subscribers: withNotedErasures(subscribers, () => onDeletion('erased')),
    frozenIssues: frozenIssues(stores.issues),
    config,
    templates,
    links,
    mailer,
    pace,
    callbacks,
    cdn,
    queue,
    clock,
    ids,
    log,
    feedCache: feedCache(),
    secrets,
    previews,
    health: storageHealth({ table, clock, folder: options.dataFolder }),
  };
  const expired = expiredItems(table);
  // If a provider takes the mails, the mailbox has nothing to show and must not take mails from anybody.
  const hasMailbox = !config.resend;
  const app = createWholeApp(services, hasMailbox);
  if (hasMailbox) {
    app.use('/mailbox/api/*', mailboxGuard(config, problemResponse));
    app.route('/mailbox/api', mailboxApi({ store: mailbox, clock, ids, apiKey: mailboxKey }));
  }

  const deleteExpired = async () => {
    if (await expired.deleteSome(clock())) onDeletion('expired');
  };

  return {
    services,
    app,
    queue,
    /** Does the work of a minute. */
    tick: () => runTick(services, [deleteExpired]),
    /** Does one part of a tick, for tests of the sweep. */
    sweep: () => sweep(services),
  };
}

/**
 * How long a request may take. An import is read only as fast as its readers are stored, and by default Node would cut
 * the import of a million readers off after five minutes.
 */
const REQUEST_MILLISECONDS = HOUR_MILLISECONDS;

/**
 * Checks whether a request has a body that no handler reads (RFC 9110, section 9.3). Node reads such a body to its end,
 * after the answer, so that the connection can be used again. A body without an end would be read for ever, so the
 * connection is closed instead.
 */
function sendsNeedlessBody({ method = '', headers }: IncomingMessage): boolean {
  if (!['GET', 'HEAD', 'OPTIONS'].includes(method)) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Serves the app, to this machine alone unless the public URL names another host. Rejects if the port is in use. */
export function listen(app: Hono, { port, baseUrl }: Config): Promise<ServerType> {
  const isLocal = isLoopback(new URL(baseUrl).hostname);
  return new Promise((resolve, reject) => {
    const serverOptions = { requestTimeout: REQUEST_MILLISECONDS };
    const server = serve(
      { fetch: app.fetch, port, serverOptions, ...(isLocal && { hostname: '127.0.0.1' }) },
      () => resolve(server),
    );
    server.once('error', reject);
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      if (sendsNeedlessBody(request)) response.shouldKeepAlive = false;
    });
  });
}
