import { posix } from 'node:path';

/** Path from the repository's root → source. */
export type Sources = Map<string, string>;

/**
 * The rooms of `functions/`, and which other rooms each may import. `access` is for route files alone (`ROUTES_ONLY`).
 * Entry points and `start/` build everything, so they may import anything.
 */
const MAY_KNOW: Record<string, string[]> = {
  shared: [],
  settings: ['shared'],
  'config.ts': ['shared', 'settings'],
  access: ['shared', 'config.ts'],
  articles: ['shared', 'settings', 'config.ts'],
  feeds: ['shared', 'settings', 'config.ts', 'articles'],
  websub: ['shared', 'settings', 'config.ts', 'articles', 'feeds'],
  subscribers: ['shared', 'settings', 'config.ts'],
  mails: ['shared', 'settings', 'articles'],
  newsletter: ['shared', 'settings', 'config.ts', 'articles', 'subscribers', 'mails'],
  delivery: ['shared', 'config.ts', 'articles', 'subscribers', 'mails', 'newsletter'],
  letters: ['shared', 'settings', 'config.ts', 'articles', 'subscribers', 'mails', 'newsletter', 'delivery'],
  pages: [
    ...['shared', 'settings', 'config.ts', 'articles', 'feeds', 'subscribers', 'mails', 'newsletter'],
    'delivery',
  ],
  'app.ts': [
    ...['shared', 'access', 'articles', 'feeds', 'websub', 'subscribers', 'newsletter', 'delivery', 'pages'],
  ],
  work: ['shared', 'articles', 'websub', 'newsletter', 'delivery', 'letters'],
  adapters: ['shared', 'config.ts', 'access', 'articles', 'feeds', 'websub', 'subscribers', 'mails'].concat(
    'newsletter',
    'delivery',
  ),
};
const ROUTES_ONLY = 'access';
/** These files turn the route tables into apps. */
const ROUTE_TABLES = ['functions/shared/route-table.ts', 'functions/access/api-operation.ts'];
/** The only file outside `functions/` that every file in it may import: the phrases, because their keys are a type. */
const PHRASES = 'templates/locales/en.json';
/**
 * The settings belong to the people who run Broadsheet. Entry points read the settings and the version, and hand both
 * in. Tests and benchmarks have a publication of their own, so that they pass with any settings.
 */
const SETTINGS = 'broadsheet.config.ts';
const HANDED_IN = [SETTINGS, 'package.json'];
/** Files of tests that may name the settings or an entry point that reads them. */
const MAY_READ_SETTINGS = [
  // The tests of these files pass with any settings.
  'tests/journeys/own-settings.test.ts',
  'tests/journeys/own-settings.exhaustive.test.ts',
  // These files make a clone with the settings of the tests, and start what is in the clone.
  'tests/support/clone.ts',
  'tests/support/process.ts',
  'tests/bundles/shipped.ts',
  'bench/warm-feed.ts',
  // The rule and its own test.
  'tests/support/architecture.ts',
  'tests/architecture.test.ts',
];
const MOST_LINES = 250;
const MOST_LINES_OF_A_TEST = 300;

const isEntry = (path: string) =>
  /^functions\/(?:[^/]+\.(?:lambda|edge)|local|check-settings)\.ts$/.test(path);
/** `functions/feeds/opml.ts` → `feeds`, `functions/app.ts` → `app.ts`. */
const roomOf = (path: string) => /^functions\/([^/]+)/.exec(path)?.[1];
const folderOf = (path: string) => posix.dirname(path);
const isAdapter = (path: string) => roomOf(path) === 'adapters';
const isRoutes = (path: string) => path.endsWith('-routes.ts');
const buildsEverything = (path: string) => isEntry(path) || roomOf(path) === 'start';
const servesHttp = (path: string) =>
  buildsEverything(path) ||
  isRoutes(path) ||
  ['pages', 'console', 'app.ts'].includes(roomOf(path) ?? '') ||
  ROUTE_TABLES.includes(path);

/** Returns every import of a file as it is written, also imports of types. */
export function importsOf(source: string): string[] {
  const found = withoutComments(source).matchAll(
    /(?:^|[;\n])\s*(?:import|export)\s(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  );
  return [...found].map(([, named, dynamic]) => named ?? dynamic ?? '');
}

/** Returns a sentence for each place that breaks a rule of the layout. */
export function violations(sources: Sources): string[] {
  const found = [...sources].flatMap(([path, source]) => [
    ...importFaults(path, importsOf(source)),
    ...(path.startsWith('functions/') ? reachesOut(path, withoutComments(source)) : []),
    ...tooLong(path, source),
  ]);
  return [...found, ...dependOnSettings(sources), ...cycles(sources)];
}

function importFaults(path: string, imports: string[]): string[] {
  const faults: string[] = [];
  const fault = (what: string) => faults.push(`${path} ${what}`);
  if (
    path.startsWith('functions/') &&
    !buildsEverything(path) &&
    !Object.hasOwn(MAY_KNOW, roomOf(path) ?? '')
  )
    fault('stands in no room that the rules know');
  for (const name of imports) {
    const target = name.startsWith('.') ? posix.join(posix.dirname(path), name) : undefined;
    if (target && !/\.(?:ts|json)$/.test(target)) fault(`imports ${name} without its .ts`);
    if (
      path.startsWith('infra/') &&
      target &&
      !target.startsWith('infra/') &&
      !(path === 'infra/app.ts' && target === SETTINGS)
    )
      fault(`imports ${target}: only infra/app.ts imports something else, the settings`);
    if (!path.startsWith('functions/')) continue;
    if (target && HANDED_IN.includes(target) && !buildsEverything(path))
      fault(`imports ${target}: an entry point hands it in`);
    else if (target && !target.startsWith('functions/') && ![...HANDED_IN, PHRASES].includes(target))
      fault(`imports ${target}`);
    if (/^hono(?:\/|$)|^@hono\//.test(name) && !servesHttp(path))
      fault(`imports ${name} and answers no HTTP`);
    if (buildsEverything(path)) continue;
    if (/^@aws-sdk\/|^resend$/.test(name) && !isAdapter(path)) fault(`imports ${name}`);
    const room = roomOf(path) ?? '';
    const other = target?.startsWith('functions/') ? roomOf(target) : undefined;
    if (!other || other === room) continue;
    const known = [...(MAY_KNOW[room] ?? []), ...(isRoutes(path) ? [ROUTES_ONLY] : [])];
    if (!known.includes(other)) fault(`imports ${target}: ${room} does not know ${other}`);
  }
  return faults;
}

/**
 * Reports code that asks for the time, for chance or for the environment. It must be given them as services and
 * settings.
 */
function reachesOut(path: string, code: string): string[] {
  if (isAdapter(path) || buildsEverything(path)) return [];
  const rules: [RegExp, string][] = [
    [/\bDate\.now\b/, 'Date.now'],
    [/\bnew Date\(\s*\)/, 'new Date()'],
    [/\bperformance\.now\b/, 'performance.now'],
    [/\bMath\.random\b/, 'Math.random'],
    [/\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/, 'random bytes'],
    ...(path === 'functions/config.ts' ? [] : [[/\bprocess\.env\b/, 'process.env'] as [RegExp, string]]),
  ];
  return rules.filter(([pattern]) => pattern.test(code)).map(([, what]) => `${path} reaches for ${what}`);
}

/**
 * Returns the tests and benchmarks that import the settings, directly or through other files, or that name a file which
 * reads them.
 */
function dependOnSettings(sources: Sources): string[] {
  const importers = new Set([SETTINGS]);
  // The loop adds to the set while it goes through it, so importers of importers are found too.
  for (const target of importers)
    for (const [path, source] of sources)
      if (localImports(path, source).includes(target)) importers.add(path);
  const names =
    /['"`/](?:broadsheet\.config\.ts|functions\/(?:local|check-settings)\.ts|infra\/app\.ts)['"`]/;
  return [...sources]
    .filter(([path]) => /^(?:tests|bench)\//.test(path) && !MAY_READ_SETTINGS.includes(path))
    .filter(([path, source]) => importers.has(path) || names.test(withoutComments(source)))
    .map(([path]) => `${path} depends on the settings: tests have a publication of their own`);
}

const localImports = (path: string, source: string): string[] =>
  importsOf(source)
    .filter((name) => name.startsWith('.'))
    .map((name) => posix.join(posix.dirname(path), name));

function tooLong(path: string, source: string): string[] {
  const most = path.startsWith('tests/') ? MOST_LINES_OF_A_TEST : MOST_LINES;
  const lines = source.trimEnd().split('\n').length;
  return lines > most ? [`${path} has ${lines} lines, at most ${most}`] : [];
}

/** Returns the circles of files and of folders that import each other. */
function cycles(sources: Sources): string[] {
  const files = new Map<string, Set<string>>();
  const folders = new Map<string, Set<string>>();
  for (const [path, source] of sources) {
    const targets = localImports(path, source).filter((target) => sources.has(target));
    files.set(path, new Set(targets));
    if (!path.startsWith('functions/')) continue;
    const known = folders.get(folderOf(path)) ?? new Set();
    for (const target of targets) if (folderOf(target) !== folderOf(path)) known.add(folderOf(target));
    folders.set(folderOf(path), known);
  }
  // The files at the root of `functions/` are left out: some are imported by every folder, and the entry points import
  // every folder.
  folders.delete('functions');
  for (const known of folders.values()) known.delete('functions');
  return [...circlesIn(files, 'imports'), ...circlesIn(folders, 'folders')];
}

function circlesIn(graph: Map<string, Set<string>>, of: string): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (node: string, trail: string[]): void => {
    const start = trail.indexOf(node);
    if (start >= 0) found.push(`a circle of ${of}: ${[...trail.slice(start), node].join(' → ')}`);
    if (start >= 0 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...trail, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return found;
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}
