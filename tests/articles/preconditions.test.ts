import { beforeEach, describe, expect, test } from 'vitest';
import { anArticleInput } from '../support/builders.ts';
import { setUp, type World } from '../support/installation.ts';

let edit: World['edit'];
beforeEach(async () => {
  edit = (await setUp()).edit;
});
const json = async (answer: Response | Promise<Response>) => (await answer).json();
const get = (id: string) => edit('GET', `/api/articles/${id}`);

describe('If-Match and If-None-Match', () => {
  const put = (headers: Record<string, string>, title = 'Edit') =>
    edit('PUT', '/api/articles/a', anArticleInput({ title }), headers);

  test.each([
    ['the version it has', { 'if-match': '"1"' }, 200],
    ['a list with it', { 'if-match': '"7", "1"' }, 200],
    ['*', { 'if-match': '*' }, 200],
    ['an older version', { 'if-match': '"0"' }, 412],
    ['a weak tag, which never matches strongly', { 'if-match': 'W/"1"' }, 412],
    ['none of its versions', { 'if-none-match': '"7"' }, 200],
    ['its version, to be none', { 'if-none-match': '"1"' }, 412],
    ['its version, weak, to be none', { 'if-none-match': 'W/"1"' }, 412],
    ['nothing there', { 'if-none-match': '*' }, 412],
  ])('of an article at "1": %s', async (_, headers, status) => {
    await edit('PUT', '/api/articles/a', anArticleInput());
    expect((await put(headers as Record<string, string>)).status).toBe(status);
    expect((await json(get('a'))).version).toBe(status === 200 ? 2 : 1);
  });

  test('of an article that is not there, or retracted', async () => {
    expect((await put({ 'if-match': '*' })).status).toBe(412);
    expect((await put({ 'if-match': '"1"' })).status).toBe(412);
    expect((await put({ 'if-none-match': '*' })).status).toBe(201);
    await edit('DELETE', '/api/articles/a');
    expect((await put({ 'if-match': '"2"' })).status).toBe(412);
    expect((await put({ 'if-none-match': '*' })).status).toBe(200);
  });

  test('they guard PATCH and DELETE as well', async () => {
    await edit('PUT', '/api/articles/a', anArticleInput());
    expect((await edit('PATCH', '/api/articles/a', { title: 'X' }, { 'if-match': '"9"' })).status).toBe(412);
    expect((await edit('DELETE', '/api/articles/a', undefined, { 'if-match': '"9"' })).status).toBe(412);
    expect((await edit('DELETE', '/api/articles/a', undefined, { 'if-match': '"1"' })).status).toBe(204);
  });

  test('of two editors with the same version, one is told', async () => {
    await edit('PUT', '/api/articles/a', anArticleInput());
    const answers = await Promise.all([put({ 'if-match': '"1"' }, 'One'), put({ 'if-match': '"1"' }, 'Two')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});
