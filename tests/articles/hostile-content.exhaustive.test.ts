import { beforeAll, test } from 'vitest';
import { setUp, type World } from '../support/installation.ts';
import {
  hostileMarkdown,
  postMarkdown,
  postRepeated,
  REPEATED,
  sanitiseMarkdownSoup,
  sanitiseSoup,
} from './hostile-content.ts';
import { postWildJson } from './wild-json.ts';

let world: World;
beforeAll(async () => {
  world = await setUp();
});

test('a thousand documents of hostile HTML stay the same if they are sanitised twice, and nothing in them runs', () => {
  sanitiseSoup(1000);
});

test('three hundred documents of hostile Markdown do not get around the sanitiser', () => {
  sanitiseMarkdownSoup(300);
});

// Code that is quadratic in the length or the depth would need minutes for some of these, and the time limit of a test
// ends it. Each of them takes less than a second.
test.each(REPEATED)('a megabyte of %s is answered', { timeout: 12_000 }, async (fragment) => {
  await postRepeated(world, fragment, 900_000);
});

test.each(hostileMarkdown(10))(
  'tens of thousands of hostile %s are answered, and never by a 500',
  async (_, markdown) => {
    await postMarkdown(world, markdown);
  },
);

test('250 requests with any JSON are never answered with 500, and do not break the feeds', async () => {
  await postWildJson(await setUp(), 250);
});
