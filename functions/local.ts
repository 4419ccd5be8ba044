import { fileURLToPath } from 'node:url';
import settings from '../broadsheet.config.ts';
import project from '../package.json' with { type: 'json' };
import { ensureTable, openTable } from './adapters/dynamo/dynamo-client.ts';
import { plainLog } from './adapters/log-lines.ts';
import { checkDatabase } from './adapters/one-machine/check-database.ts';
import { openDataFolder } from './adapters/one-machine/data-folder.ts';
import { databaseFile } from './adapters/one-machine/database-file.ts';
import { type Dynoxide, dynoxideBinary, startDynoxide } from './adapters/one-machine/dynoxide.ts';
import { minuteTimer } from './adapters/one-machine/minute-timer.ts';
import { networkRefusal } from './adapters/one-machine/own-network.ts';
import { requestGate } from './adapters/one-machine/request-gate.ts';
import { ids } from './adapters/random.ts';
import { readTemplates } from './adapters/read-templates.ts';
import { type Config, loadConfig, shortTokenFault } from './config.ts';
import { templateFault } from './mails/check-templates.ts';
import { doubtfulSettings } from './settings/doubtful.ts';
import { SettingsError } from './settings/publication.ts';
import { inWords, refuseSample, sampleIn } from './settings/sample.ts';
import { missingPhrases, TemplatesError } from './shared/locale.ts';
import { STORAGE_FAULTS, storageFaultOf } from './shared/storage-fault.ts';
import { sha256 } from './shared/text.ts';
import { firstRun } from './start/first-run.ts';
import { listen, localInstallation } from './start/local-installation.ts';
import { wayToReaders, whyNoSamples } from './start/real-readers.ts';
import { retractSamples } from './start/retract-samples.ts';

/** `npm start` runs this: everything in one process, with no program besides Node and npm. */

const say = (line: string) => void process.stdout.write(`${line}\n`);
const log = plainLog(say);
const inProject = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

const DATABASE = 'broadsheet.db';
/** This file says that the database was made, so that a start notices if it is gone. */
const DATABASE_MADE = 'database-made';
/** A file of this name in the data folder says that the first run has ended. */
const SAMPLES_POSTED = 'samples-posted';
/** A file of this name says that the installation has had real readers. It gets no samples any more, whatever is set later. */
const NO_SAMPLES = 'no-samples';

async function main(): Promise<void> {
  log.info(`Broadsheet ${project.version} starts`);
  const config = loadConfig(process.env, settings, project.version);
  const readers = wayToReaders(config);
  if (readers) refuseSample(config.publication, readers);
  if (readers) for (const text of sampleIn(config.publication).descriptions) log.warn(inWords(text));
  for (const line of doubtfulSettings(config.publication, Date.now())) log.warn(line);
  const folder = openDataFolder(config.dataFolder, {
    url: config.baseUrl,
    log,
    allowLocalUsers: config.allowLocalUsers,
  });
  const token =
    process.env.BROADSHEET_EDITOR_TOKEN ||
    folder.secret('editor-token', 'Programs that use the old token then get 401.', 'bs_');
  const short = shortTokenFault('BROADSHEET_EDITOR_TOKEN', token);
  if (short && readers) throw new SettingsError(short);
  if (short) log.warn(short);
  if (folder.has(DATABASE) && !folder.has('link-secret'))
    log.warn(
      'the file link-secret is missing, so a new one is made: no link in a mail that was sent before works any more',
    );
  const linkSecret = folder.secret(
    'link-secret',
    'The links in all mails that were sent before then stop working, and readers cannot unsubscribe by them.',
  );
  const path = folder.path(DATABASE);
  const file = config.dynamoEndpoint ? undefined : databaseFile({ path, clock: Date.now, log });
  const database = file && (await startDatabase(config, path, folder.has(DATABASE_MADE)));
  const table = openTable(config.tableName, config.dynamoEndpoint ?? database?.endpoint, database?.agent);
  await ensureTable(table).catch((error: NodeJS.ErrnoException) => {
    if (!config.dynamoEndpoint || error.code === undefined) throw error;
    throw new Error(
      `the database at ${config.dynamoEndpoint} does not answer (${error.message}). AWS_ENDPOINT_URL_DYNAMODB says where it is.`,
    );
  });
  if (database && !folder.has(DATABASE_MADE)) folder.write(DATABASE_MADE, '');
  const gate = requestGate(table.client);

  const templates = readTemplates(inProject('templates'));
  const fault = await templateFault(config.publication, templates);
  if (fault) throw new TemplatesError(fault);
  for (const missing of missingPhrases(templates, config.publication.languages)) log.warn(missing);

  const installation = localInstallation({
    config: { ...config, ownerTokenHash: sha256(token) },
    table,
    templates,
    linkSecret,
    clock: Date.now,
    ids,
    log,
    automatic: true,
    // The lock of the folder keeps other processes away, but only from the database in the folder. Another database may
    // have other users.
    isAlone: database !== undefined,
    ...(file && { onDeletion: file.note }),
    ...(database && { dataFolder: config.dataFolder }),
  });
  const noSamples = whyNoSamples(config);
  // This comes before the first request and the first tick, so that nobody gets a sample in between.
  if (noSamples && !folder.has(NO_SAMPLES)) {
    await retractSamples(installation.services, inProject('samples/stories.json'), noSamples);
    folder.write(NO_SAMPLES, '');
  }
  const server = await listen(installation.app, config);
  const tick = async () => {
    try {
      await installation.tick();
    } finally {
      if (database) await file.rewriteIfDue(database, gate);
    }
  };
  const timer = minuteTimer({ clock: Date.now, log, tick });
  timer.start();
  onStop(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    if ('closeIdleConnections' in server) server.closeIdleConnections();
    await Promise.all([timer.stop(), closed]);
    await installation.queue.stop();
    await database?.stop();
    await file?.rewriteAtStop();
    folder.unlock();
  });

  if (config.samples && !noSamples && !folder.has(SAMPLES_POSTED) && !folder.has(NO_SAMPLES)) {
    await firstRun({ config, token, samples: inProject('samples/stories.json'), log });
    folder.write(SAMPLES_POSTED, '');
  }
  greet(config, token, process.env.BROADSHEET_EDITOR_TOKEN ? undefined : folder.path('editor-token'));
}

/** Starts the embedded database so that nobody else reaches it. Throws if the system does not allow that and the operator neither. */
async function startDatabase(config: Config, file: string, wasMade: boolean): Promise<Dynoxide> {
  // Where there is no server at all, this says so before anything else does.
  dynoxideBinary();
  const refusal = await networkRefusal();
  if (refusal && !config.allowLocalUsers)
    throw new Error(
      `the embedded database asks nobody for a password, and this system does not let Broadsheet close it to the other users of the machine (${refusal}). Choose one of these: allow user namespaces for this account; set AWS_ENDPOINT_URL_DYNAMODB to a database of your own; or, if nobody else uses this machine, set BROADSHEET_ALLOW_LOCAL_USERS=on`,
    );
  checkDatabase(file, wasMade);
  const database = await startDynoxide({
    file,
    reachableBy: refusal ? 'users' : 'this process',
    onRestart: (reason) => log.warn(`${reason}; it was started again`),
    onDead: (reason) =>
      end(`${reason}. Accepted data is safe in ${config.dataFolder}; start Broadsheet again.`),
  });
  if (refusal)
    log.warn(
      `every user of this machine can read and write the database at ${database.endpoint}, because BROADSHEET_ALLOW_LOCAL_USERS is "on" and the system does not let Broadsheet close it (${refusal})`,
    );
  return database;
}

function greet(
  { baseUrl: url, port, publication, resend, openMailbox }: Config,
  token: string,
  tokenFile?: string,
): void {
  const mailbox = resend
    ? ''
    : openMailbox
      ? `  Mailbox   ${url}/mailbox   (anybody who reaches this server can read it)\n`
      : `  Mailbox   http://localhost:${port}/mailbox   (only on this machine)\n`;
  const shown = tokenFile ? token : '$BROADSHEET_EDITOR_TOKEN';
  const story = JSON.stringify({
    title: 'Hello, readers',
    content: { markdown: 'The **first** story.' },
    language: publication.languages[0],
    section: publication.sections[0]?.slug,
  });
  say(`
  Site      ${url}/
  Feeds     ${url}/feeds
${mailbox}  Token     ${tokenFile ? `${token}  (kept in ${tokenFile})` : 'as set in BROADSHEET_EDITOR_TOKEN'}

  Post an article:

  curl -X POST ${url}/api/articles \\
    -H "authorization: Bearer ${shown}" -H 'content-type: application/json' \\
    -d '${story}'

ready ${url}`);
}

/** After this time a stop is forced. */
const STOP_MILLISECONDS = 20_000;

/**
 * Lets Ctrl-C finish the work that has begun before the process ends. The process also ends when npm is gone, because
 * then nobody could stop it any more.
 */
function onStop(stop: () => Promise<void>): void {
  let stopping = false;
  const finish = async () => {
    if (stopping) return;
    stopping = true;
    say('stopping: finishing the work that has begun');
    setTimeout(
      () =>
        end(
          `the work did not finish within ${STOP_MILLISECONDS / 1000} seconds; it goes on at the next start`,
        ),
      STOP_MILLISECONDS,
    ).unref();
    await stop();
    say('stopped');
    process.exit(0);
  };
  // Ctrl-C arrives twice: from the terminal, and from npm, which passes it on. The second one changes nothing.
  process.on('SIGINT', finish);
  process.on('SIGTERM', finish);
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === 'start') {
    setInterval(() => process.ppid !== parent && process.exit(1), 200).unref();
  }
}

function end(reason: string): never {
  log.error(reason);
  process.exit(1);
}

main().catch((error: unknown) => {
  const expected = error instanceof SettingsError || (error as NodeJS.ErrnoException).code === undefined;
  if (error instanceof Error && (error as NodeJS.ErrnoException).code === 'EADDRINUSE')
    end(`the port is in use: ${error.message}; set PORT to another one`);
  const fault = storageFaultOf(error);
  const { message } = error as Error;
  if (fault && !message.startsWith(STORAGE_FAULTS[fault])) end(`${STORAGE_FAULTS[fault]} (${message})`);
  end(error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error));
});
