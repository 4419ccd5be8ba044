import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { importsOf, type Sources, violations } from './support/architecture.ts';

/** Which file may import which. Small files that break the rules show that the checker finds the faults. */

const file = (path: string, source: string): Sources => new Map([[path, source]]);

test('our files keep to the layout', () => {
  const paths = globSync('{functions,infra,tests,bench}/**/*.ts');
  expect(paths.length).toBeGreaterThan(100);
  expect(violations(new Map(paths.map((path) => [path, readFileSync(path, 'utf8')])))).toEqual([]);
});

describe('imports are found in', () => {
  test.each([
    ["import a from 'x';", ['x']],
    ["import { a, type B } from './x.ts';", ['./x.ts']],
    ["import type { A } from './x.ts';", ['./x.ts']],
    ["import * as x from 'x';", ['x']],
    ["import 'x';", ['x']],
    ["import {\n  a,\n  b,\n} from '../x.ts';\nimport y from 'y';", ['../x.ts', 'y']],
    ["export { a } from './x.ts';", ['./x.ts']],
    ["export * from './x.ts';", ['./x.ts']],
    ["const x = await import('x');", ['x']],
    ["type X = import('./x.ts').X;", ['./x.ts']],
    ["// import a from 'x';\n/* import b from 'y'; */", []],
    ["const text = 'https://a.example'; // from 'x'", []],
  ])('%j', (source, expected) => expect(importsOf(source)).toEqual(expected));
});

describe('the checker reports', () => {
  test.each([
    [
      'a domain that imports an adapter',
      'functions/feeds/a.ts',
      "import { x } from '../adapters/dynamo/dynamo-feeds.ts';",
      'does not know adapters',
    ],
    [
      'a page that imports an adapter',
      'functions/pages/a.ts',
      "import { x } from '../adapters/dynamo/dynamo-feeds.ts';",
      'does not know adapters',
    ],
    [
      'a domain that imports the AWS SDK',
      'functions/articles/a.ts',
      "import { x } from '@aws-sdk/client-sqs';",
      'imports @aws-sdk',
    ],
    ['Resend in a domain', 'functions/delivery/a.ts', "import { Resend } from 'resend';", 'imports resend'],
    ['a read of the environment', 'functions/feeds/a.ts', 'const a = process.env.A;', 'process.env'],
    ['a call of Date.now', 'functions/feeds/a.ts', 'const a = Date.now();', 'Date.now'],
    ['a date of the present moment', 'functions/newsletter/a.ts', 'const a = new Date( );', 'new Date()'],
    ['a random number', 'functions/feeds/a.ts', 'const a = Math.random();', 'Math.random'],
    ['random ids', 'functions/subscribers/a.ts', "import { randomUUID } from 'node:crypto';", 'random bytes'],
    [
      'Hono in a file that answers no HTTP',
      'functions/feeds/serve-feed.ts',
      "import { Hono } from 'hono';",
      'answers no HTTP',
    ],
    [
      'Hono in an adapter',
      'functions/adapters/dynamo/dynamo-feeds.ts',
      "import { x } from 'hono/html';",
      'answers no HTTP',
    ],
    [
      'articles that import feeds',
      'functions/articles/a.ts',
      "import { x } from '../feeds/b.ts';",
      'articles does not know feeds',
    ],
    [
      'feeds that import newsletters',
      'functions/feeds/a.ts',
      "import type { X } from '../newsletter/b.ts';",
      'feeds does not know newsletter',
    ],
    [
      'subscribers that import deliveries',
      'functions/subscribers/a.ts',
      "import { x } from '../delivery/b.ts';",
      'does not know delivery',
    ],
    [
      'a domain that imports pages',
      'functions/feeds/a.ts',
      "import { x } from '../pages/b.ts';",
      'does not know pages',
    ],
    [
      'an import of access outside route files',
      'functions/articles/write-article.ts',
      "import { x } from '../access/b.ts';",
      'does not know access',
    ],
    [
      'mails that import issues',
      'functions/mails/a.ts',
      "import type { X } from '../newsletter/b.ts';",
      'mails does not know newsletter',
    ],
    [
      'an adapter that imports the app',
      'functions/adapters/aws/a.ts',
      "import { x } from '../../app.ts';",
      'adapters does not know app.ts',
    ],
    [
      'a shared file that imports a domain',
      'functions/shared/queue.ts',
      "import { x } from '../feeds/b.ts';",
      'shared does not know feeds',
    ],
    ['a file outside all rooms', 'functions/queue.ts', '', 'in no room'],
    ['an unknown room', 'functions/utils/a.ts', '', 'in no room'],
    [
      'infra that imports functions',
      'infra/a.ts',
      "import { x } from '../functions/config.ts';",
      'only infra/app.ts',
    ],
    [
      'functions that import infra',
      'functions/config.ts',
      "import { x } from '../infra/a.ts';",
      'imports infra/a.ts',
    ],
    [
      'infra that imports the settings outside its app',
      'infra/a.ts',
      "import x from '../broadsheet.config.ts';",
      'only infra/app.ts',
    ],
    [
      'a domain that imports the settings',
      'functions/config.ts',
      "import x from '../broadsheet.config.ts';",
      'an entry point hands it in',
    ],
    [
      'a domain that imports the version',
      'functions/pages/a.ts',
      "import x from '../../package.json' with { type: 'json' };",
      'an entry point hands it in',
    ],
    [
      'a test that imports the settings',
      'tests/feeds/a.test.ts',
      "import x from '../../broadsheet.config.ts';",
      'publication of their own',
    ],
    [
      'a test that reads the settings',
      'tests/feeds/a.test.ts',
      "const x = readFileSync('broadsheet.config.ts', 'utf8');",
      'publication of their own',
    ],
    [
      'a benchmark that starts the server',
      'bench/a.ts',
      "run('functions/local.ts');",
      'publication of their own',
    ],
    ['an import without .ts', 'functions/feeds/a.ts', "import { x } from './b';", 'without its .ts'],
    ['an import with .js', 'tests/a.test.ts', "import { x } from './b.js';", 'without its .ts'],
    ['a file that is too long', 'functions/feeds/a.ts', 'x;\n'.repeat(251), '251 lines'],
    ['a test that is too long', 'tests/feeds/a.test.ts', 'x;\n'.repeat(301), '301 lines'],
  ])('%s', (_, path, source, words) => {
    expect(violations(file(path, source))).toEqual([expect.stringContaining(words)]);
  });

  test('a test that imports the settings by way of an entry point', () => {
    const sources = new Map([
      ['functions/start/aws-start.ts', "import settings from '../../broadsheet.config.ts';"],
      ['functions/tick.lambda.ts', "import { startOnAws } from './start/aws-start.ts';"],
      ['tests/a.test.ts', "import { handler } from '../functions/tick.lambda.ts';"],
    ]);
    expect(violations(sources)).toEqual([
      'tests/a.test.ts depends on the settings: tests have a publication of their own',
    ]);
  });

  test('a circle of imports', () => {
    const sources = new Map([
      ['functions/feeds/a.ts', "import { b } from './b.ts';"],
      ['functions/feeds/b.ts', "import type { C } from './c.ts';"],
      ['functions/feeds/c.ts', "import { a } from './a.ts';"],
    ]);
    expect(violations(sources)).toEqual([
      'a circle of imports: functions/feeds/a.ts → functions/feeds/b.ts → functions/feeds/c.ts → functions/feeds/a.ts',
    ]);
  });

  test('a circle of folders, though no file is in a circle', () => {
    const sources = new Map([
      ['functions/adapters/aws/a.ts', "import type { B } from '../dynamo/b.ts';"],
      ['functions/adapters/dynamo/c.ts', "import { d } from '../aws/d.ts';"],
      ['functions/adapters/dynamo/b.ts', ''],
      ['functions/adapters/aws/d.ts', ''],
    ]);
    expect(violations(sources)).toEqual([
      'a circle of folders: functions/adapters/aws → functions/adapters/dynamo → functions/adapters/aws',
    ]);
  });
});

describe('the checker reports nothing that is allowed', () => {
  test.each([
    [
      'functions/adapters/aws/a.ts',
      "import { x } from '@aws-sdk/client-sqs';\nimport { y } from '../../feeds/b.ts';\nconst a = Date.now() + Math.random();",
    ],
    [
      'functions/start/a.ts',
      "import { x } from '../adapters/b.ts';\nimport { y } from '../app.ts';\nimport z from '../../broadsheet.config.ts';",
    ],
    ['functions/local.ts', "import { x } from './adapters/b.ts';\nconst a = process.env.A ?? new Date();"],
    ['functions/config.ts', 'const a = process.env.A;'],
    [
      'functions/feeds/a.ts',
      "import { x } from '../articles/b.ts';\nimport { y } from '../config.ts';\nconst d = new Date(0);",
    ],
    [
      'functions/articles/article-routes.ts',
      "import { Hono } from 'hono';\nimport { guard } from '../access/access-routes.ts';",
    ],
    ['functions/pages/a.ts', "import { html } from 'hono/html';\nimport { x } from '../feeds/b.ts';"],
    ['functions/app.ts', "import { Hono } from 'hono';\nimport { x } from './feeds/b.ts';"],
    [
      'infra/app.ts',
      "import x from '../broadsheet.config.ts';\nimport { y } from './b.ts';\nimport * as cdk from 'aws-cdk-lib';",
    ],
    ['functions/feeds/a.ts', '// Date.now() and process.env are services\n/* new Date() */\nx;\n'.repeat(80)],
    ['tests/a.test.ts', 'const a = Date.now();\n'.repeat(300)],
    ['tests/a.test.ts', 'expect(message).toBe(\'broadsheet.config.ts, edition "daily": is wrong\');'],
    ['tests/journeys/own-settings.test.ts', "import settings from '../../broadsheet.config.ts';"],
  ])('%s', (path, source) => expect(violations(file(path, source))).toEqual([]));
});
