import { expect, test } from 'vitest';
import { type Deployment, EDITOR_TOKEN } from './deployment.ts';
import { request } from './lambda.ts';

/** The import and the export of readers as CSV, by the shipped function for editors. */
export function listTests(deployed: () => Deployment): void {
  const authorization = `Bearer ${EDITOR_TOKEN}`;
  const post = (body: string) =>
    request(deployed().lambda('Editor'), 'POST', '/api/subscribers/import?editions=daily&consent=By+post', {
      headers: { authorization, 'content-type': 'text/csv' },
      body,
    });
  const summaryOf = (bytes: Buffer) =>
    JSON.parse(bytes.toString().trimEnd().split('\n').at(-1) ?? '').summary;

  test('POST /api/subscribers/import stores a file and reports each line, and a second import adds nothing', async () => {
    const file =
      'email,language,editions\nñandú@reader.example,es,\neva@reader.example,en,daily;weekly\nnobody,,\n';
    const first = await post(file);
    expect(first.status, first.bytes.toString()).toBe(200);
    expect(first.headers['content-type']).toBe('application/x-ndjson');
    expect(first.bytes.toString()).toContain('{"line":2,"email":"ñandú@reader.example","result":"added"}\n');
    expect(summaryOf(first.bytes)).toMatchObject({ complete: true, added: 2, refused: 1 });
    expect(summaryOf((await post(file)).bytes)).toMatchObject({ complete: true, unchanged: 2, refused: 1 });
    const more = await post('email,editions\nñandú@reader.example,weekly\n');
    expect(summaryOf(more.bytes)).toMatchObject({ updated: 1 });
  });

  test('a file of more than 4 MB is answered with 413, before API Gateway refuses it with a text of its own', async () => {
    const { status, bytes } = await post(`email\n${'x'.repeat(4_000_000)}\n`);
    expect([status, JSON.parse(bytes.toString()).detail]).toEqual([
      413,
      'The body may have at most 4000000 bytes.',
    ]);
  });

  test('a reader can be unsubscribed, kept out and erased, and no import brings them back', async () => {
    const ask = (method: string, path: string, body = '') =>
      request(deployed().lambda('Editor'), method, path, {
        headers: { authorization, 'content-type': 'text/csv' },
        body,
      });
    const list = 'email\nida@reader.example\n';
    expect(summaryOf((await post(list)).bytes)).toMatchObject({ added: 1 });
    const left = await ask('POST', '/api/subscribers/unsubscribe?email=ida@reader.example');
    expect(JSON.parse(left.bytes.toString())).toMatchObject({ unsubscribed: ['daily'] });
    const kept = await ask('POST', '/api/suppressions', `${list}uma@reader.example\n`);
    expect(kept.headers['content-type']).toBe('application/x-ndjson');
    expect(summaryOf(kept.bytes)).toMatchObject({ complete: true, added: 2 });
    const erased = await ask('DELETE', '/api/subscribers?email=ida@reader.example');
    expect(JSON.parse(erased.bytes.toString())).toMatchObject({ result: 'erased' });
    expect(summaryOf((await post(`${list}uma@reader.example\n`)).bytes)).toMatchObject({ refused: 2 });
  });

  test('GET /api/subscribers has the imported readers, as text and in parts', async () => {
    const get = (query: string) =>
      request(deployed().lambda('Editor'), 'GET', `/api/subscribers${query}`, { headers: { authorization } });
    const all = await get('');
    expect(all.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(all.bytes.toString()).toMatch(/\r\nñandú@reader\.example,es,daily;weekly,/);
    const part = await get('?edition=weekly&limit=1');
    expect(part.bytes.toString().split('\r\n')).toHaveLength(3);
    expect(part.headers.link).toMatch(
      /^<https:\/\/news\.example\/api\/subscribers\?edition=weekly&limit=1&cursor=\w+>; rel="next"$/,
    );
  });
}
