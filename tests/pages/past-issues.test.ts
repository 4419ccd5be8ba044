import { expect, it } from 'vitest';
import type { World } from '../support/installation.ts';
import { postStory, sendNow, withReaders } from '../support/newsroom.ts';
import { PLAIN_TEMPLATES, SHIPPED_TEMPLATES } from '../support/templates.ts';

async function sentIssue(templates = PLAIN_TEMPLATES): Promise<{ world: World; path: string }> {
  const world = await withReaders({ templates });
  await postStory(world, { id: 'second', title: 'The second story' });
  const { url } = await sendNow(world, 'morning');
  return { world, path: new URL(url).pathname };
}
const read = async (world: World, path: string) =>
  (await world.request(path, { headers: { 'accept-language': 'en' } })).text();

it('an issue is shown as it was mailed', async () => {
  const { world, path } = await sentIssue(SHIPPED_TEMPLATES);
  const text = await read(world, path);
  expect(text).toContain('The ferry returns');
  expect(text).toContain('role="presentation"');
});

it('a story that was retracted later is on no page of the issue, and the other stories still are', async () => {
  const { world, path } = await sentIssue();
  await world.edit('DELETE', '/api/articles/ferry');
  for (const query of ['', '?stories=all']) {
    const text = await read(world, `${path}${query}`);
    expect(text).not.toContain('The ferry returns');
    expect(text).toContain('The second story');
  }
});

it('a subject that was the headline of a story is gone with the story, on the issue and in the list of all issues', async () => {
  const { world, path } = await sentIssue();
  const [subject] = /(?<=<title>)[^<]+/.exec(await read(world, path)) ?? [];
  expect(await read(world, '/issues')).toContain(subject);
  await world.edit('DELETE', `/api/articles/${subject === 'The ferry returns' ? 'ferry' : 'second'}`);
  expect(await read(world, '/issues')).not.toContain(subject);
  expect(await read(world, '/issues')).toContain(`href="${path}"`);
  expect(await read(world, path)).toMatch(/<h1>First Light<\/h1>/);
});
