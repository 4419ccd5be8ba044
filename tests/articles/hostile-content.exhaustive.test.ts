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

test('a thousand times whatever HTML is sent, to sanitise it twice is to sanitise it once, and nothing of it runs', () => {
  sanitiseSoup(1000);
});

test('three hundred times Markdown is no way around the sanitiser', () => {
  sanitiseMarkdownSoup(300);
});

// A parser that is quadratic in depth would need minutes for these, and the time limit of a test ends it.
test.each(REPEATED)('a megabyte of %s is answered', { timeout: 30_000 }, async (fragment) => {
  await postRepeated(world, fragment, 900_000);
});

test.each(hostileMarkdown(10))(
  'tens of thousands of hostile %s are answered, and never by a 500',
  async (_, markdown) => {
    await postMarkdown(world, markdown);
  },
);

test('250 times no JSON whatever is answered with 500, nor does it break the feeds', async () => {
  await postWildJson(await setUp(), 250);
});
