import { posix } from 'node:path';

/** Path from the repository's root → source. */
export type Sources = Map<string, string>;

const DOMAINS = ['articles', 'feeds', 'newsletter', 'subscribers', 'delivery', 'websub', 'access'];
/** Which other domains a domain may know. Delivery carries out what a change of an article asks for. */
const MAY_KNOW: Record<string, string[]> = {
  access: [],
  articles: [],
  subscribers: [],
  feeds: ['articles'],
  newsletter: ['articles', 'subscribers'],
  delivery: ['subscribers', 'newsletter', 'articles', 'websub'],
  websub: ['articles', 'feeds'],
};
const MOST_LINES = 250;
const MOST_LINES_OF_A_TEST = 300;

const isEntry = (path: string) =>
  /^functions\/(?:[^/]+\.(?:lambda|edge)|local|token|check-settings)\.ts$/.test(path);
const isAdapter = (path: string) => path.startsWith('functions/adapters/');
const folderOf = (path: string) => /^functions\/([^/]+)\//.exec(path)?.[1];
const isRoutes = (path: string) => path.endsWith('-routes.ts');
const servesHttp = (path: string) =>
  isEntry(path) ||
  isRoutes(path) ||
  ['pages', 'console'].includes(folderOf(path) ?? '') ||
  [
    'functions/app.ts',
    'functions/body-limit.ts',
    'functions/adapters/mailbox.ts',
    'functions/adapters/local-installation.ts',
  ].includes(path);

/** Every import of a file, also of types, as it is written. */
export function importsOf(source: string): string[] {
  const found = withoutComments(source).matchAll(
    /(?:^|[;\n])\s*(?:import|export)\s(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  );
  return [...found].map(([, named, dynamic]) => named ?? dynamic ?? '');
}

/** A sentence for each place that breaks a rule of the layout. */
export function violations(sources: Sources): string[] {
  const found = [...sources].flatMap(([path, source]) => [
    ...importFaults(path, importsOf(source)),
    ...(path.startsWith('functions/') ? reachesOut(path, withoutComments(source)) : []),
    ...tooLong(path, source),
  ]);
  return [...found, ...cycles(sources)];
}

function importFaults(path: string, imports: string[]): string[] {
  const faults: string[] = [];
  const fault = (what: string) => faults.push(`${path} ${what}`);
  const folder = folderOf(path);
  const isDomain = folder !== undefined && DOMAINS.includes(folder);
  for (const name of imports) {
    const target = name.startsWith('.') ? posix.join(posix.dirname(path), name) : undefined;
    if (target && !/\.(?:ts|json)$/.test(target)) fault(`imports ${name} without its .ts`);
    if (
      path.startsWith('infra/') &&
      target &&
      !target.startsWith('infra/') &&
      target !== 'broadsheet.config.ts'
    ) {
      fault(`imports ${target}: infra knows the settings and nothing else`);
    }
    if (!path.startsWith('functions/')) continue;
    if (target?.startsWith('infra/')) fault(`imports ${target}`);
    if (/^hono(?:\/|$)|^@hono\//.test(name) && !servesHttp(path))
      fault(`imports ${name} and answers no HTTP`);
    if (isAdapter(path) || isEntry(path)) continue;
    if (target && isAdapter(target)) fault(`imports the adapter ${target}`);
    if (/^@aws-sdk\/|^resend$/.test(name)) fault(`imports ${name}`);
    const other = target && folderOf(target);
    if (!other || other === folder || !DOMAINS.concat('pages', 'console').includes(other)) continue;
    if (folder === undefined && path !== 'functions/app.ts') fault(`imports ${target} from the root`);
    const allowed = [...(MAY_KNOW[folder ?? ''] ?? []), ...(isRoutes(path) ? ['access'] : [])];
    if (isDomain && !allowed.includes(other)) fault(`imports ${target}: ${folder} does not know ${other}`);
  }
  return faults;
}

/** Time, chance and the environment come in as services and settings. */
function reachesOut(path: string, code: string): string[] {
  if (isAdapter(path) || isEntry(path)) return [];
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

function tooLong(path: string, source: string): string[] {
  const most = path.startsWith('tests/') ? MOST_LINES_OF_A_TEST : MOST_LINES;
  const lines = source.trimEnd().split('\n').length;
  return lines > most ? [`${path} has ${lines} lines, at most ${most}`] : [];
}

function cycles(sources: Sources): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push(`a circle of imports: ${[...trail.slice(start), path].join(' → ')}`);
    if (start >= 0 || done.has(path)) return;
    for (const name of importsOf(sources.get(path) ?? '')) {
      const target = posix.join(posix.dirname(path), name);
      if (name.startsWith('.') && sources.has(target)) visit(target, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of sources.keys()) visit(path, []);
  return found;
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}
