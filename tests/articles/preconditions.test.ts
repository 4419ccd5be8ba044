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
    ['If-Match with the present version', { 'if-match': '"1"' }, 200],
    ['If-Match with a list that has the present version', { 'if-match': '"7", "1"' }, 200],
    ['If-Match with *', { 'if-match': '*' }, 200],
    ['If-Match with another version', { 'if-match': '"0"' }, 412],
    ['If-Match with a weak tag, which never matches strongly', { 'if-match': 'W/"1"' }, 412],
    ['If-None-Match with another version', { 'if-none-match': '"7"' }, 200],
    ['If-None-Match with the present version', { 'if-none-match': '"1"' }, 412],
    ['If-None-Match with the present version as a weak tag', { 'if-none-match': 'W/"1"' }, 412],
    ['If-None-Match with *', { 'if-none-match': '*' }, 412],
  ])('decide whether an article at version "1" is replaced: %s', async (_, headers, status) => {
    await edit('PUT', '/api/articles/a', anArticleInput());
    expect((await put(headers as Record<string, string>)).status).toBe(status);
    expect((await json(get('a'))).version).toBe(status === 200 ? 2 : 1);
  });

  test('decide what is done to an article that does not exist or was retracted', async () => {
    expect((await put({ 'if-match': '*' })).status).toBe(412);
    expect((await put({ 'if-match': '"1"' })).status).toBe(412);
    expect((await put({ 'if-none-match': '*' })).status).toBe(201);
    await edit('DELETE', '/api/articles/a');
    expect((await put({ 'if-match': '"2"' })).status).toBe(412);
    expect((await put({ 'if-none-match': '*' })).status).toBe(200);
  });

  test('guard PATCH and DELETE as well', async () => {
    await edit('PUT', '/api/articles/a', anArticleInput());
    expect((await edit('PATCH', '/api/articles/a', { title: 'X' }, { 'if-match': '"9"' })).status).toBe(412);
    expect((await edit('DELETE', '/api/articles/a', undefined, { 'if-match': '"9"' })).status).toBe(412);
    expect((await edit('DELETE', '/api/articles/a', undefined, { 'if-match': '"1"' })).status).toBe(204);
  });

  test('let one of two editors with the same version succeed, and refuse the other with 412', async () => {
    await edit('PUT', '/api/articles/a', anArticleInput());
    const answers = await Promise.all([put({ 'if-match': '"1"' }, 'One'), put({ 'if-match': '"1"' }, 'Two')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
});
