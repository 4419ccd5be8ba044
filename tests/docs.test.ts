import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const PAGES = ['README.md', 'CHANGELOG.md', ...globSync('docs/**/*.md', { cwd: ROOT })];
/**
 * The names at the top of the repository. They tell that `functions/app.ts` is a path and `/sections/politics/rss.xml` is not.
 * Folders that only exist after a start or a build are not among them.
 */
const IGNORED = readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n');
const TOP = readdirSync(ROOT).filter((name) => !IGNORED.includes(`${name}/`));
const FILES = globSync('{bench,docs,functions,infra,samples,templates,tests}/**/*.*', { cwd: ROOT });
const FILE_NAMES = new Set([...TOP, ...FILES.map((path) => basename(path))]);

/** Returns a page without its blocks of commands, which name files of the person who runs them. */
const proseOf = (page: string) => readFileSync(join(ROOT, page), 'utf8').replace(/^ *```.*?^ *```$/gms, '');

describe.each(PAGES)('%s', (page) => {
  test('links to files and headings that exist', () => {
    const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => !/^https?:/.test(link) && !isThere(page, link));
    expect(broken).toEqual([]);
  });

  test('names paths and files that exist', () => {
    const named = [...proseOf(page).matchAll(/`([^`\s]+)`/g)].map(([, name = '']) => name);
    const missing = named.filter((name) => isPath(name) && !exists(name));
    expect(missing).toEqual([]);
  });
});

test('the README lists every page of decisions', () => {
  const readme = proseOf('README.md');
  const decisions = PAGES.filter((page) => page.startsWith('docs/decisions/'));
  expect(decisions.length).toBeGreaterThan(10);
  expect(decisions.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
});

function isThere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
}

/** Returns the anchors that GitHub makes of the headings of a page. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
}

function isPath(name: string): boolean {
  return TOP.includes(name.split('/')[0] ?? '') || /^[\w.*-]+\.(?:ts|mjml|md)$/.test(name);
}

/** Decides whether there is a file with this name, or with this path from the top of the repository, which may contain `*`. */
function exists(name: string): boolean {
  return FILE_NAMES.has(name) || globSync(name, { cwd: ROOT }).length > 0;
}
