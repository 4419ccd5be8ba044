import { beforeAll, expect, test } from 'vitest';
import { sanitiseHtml } from '../../functions/articles/sanitise.ts';
import { setUp, type World } from '../support/installation.ts';
import { postRepeated, REPEATED, sanitiseMarkdownSoup, sanitiseSoup } from './hostile-content.ts';

let world: World;
beforeAll(async () => {
  world = await setUp();
});

test('hostile HTML stays the same if it is sanitised twice, and nothing in it runs', () => {
  sanitiseSoup(100);
});

test('hostile Markdown does not get around the sanitiser', () => {
  sanitiseMarkdownSoup(40);
});

test('two thousand paragraphs that nobody closed are sanitised like any other story', () => {
  expect(sanitiseHtml('<p>a<br>'.repeat(2000), undefined).html.match(/<p>/g)).toHaveLength(2000);
});

test.each(REPEATED)('sixty thousand bytes of %s are answered', async (fragment) => {
  await postRepeated(world, fragment, 60_000);
});
