import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../functions/adapters/one-machine/dynoxide.ts';
import { listen } from '../../functions/start/local-installation.ts';
import { setUp } from '../support/installation.ts';
import { postCsv, readers, readReport } from '../support/lists.ts';
import { endlessFile, expectToStop, sending, untilNoMoreIsRead, withLimits } from './import-bodies.ts';

it('a line is reported while the file is still being sent', async () => {
  const world = await setUp();
  const { sent, answered } = await sending(world);
  sent.write('email\nana@reader.example\nben@reader.example\n');
  const [answer] = await answered;
  expect(answer.statusCode).toBe(200);
  const [first] = await once(answer, 'data');
  expect(String(first)).toMatch(/^\{"line":2,"email":"ana@reader\.example","result":"added"\}\n/);
  expect((await readers(world)).has('ana@reader.example')).toBe(true);
  sent.end('eva@reader.example\n');
  const rest = `${first}${await text(answer)}`;
  expect(readReport(rest).summary).toMatchObject({ complete: true, added: 3 });
});

it('a client that reads nothing before it has sent everything gets the whole report', async () => {
  const world = await setUp();
  const lines = 200;
  const file = {
    parts: 0,
    body: new ReadableStream<Uint8Array>({
      pull(controller) {
        file.parts += 1;
        controller.enqueue(Buffer.from(file.parts === 1 ? 'email\n' : `${'x'.repeat(100)}\n`));
        if (file.parts > lines) controller.close();
      },
    }),
  };
  const answer = await postCsv(world, file.body);
  await untilNoMoreIsRead(file, lines + 1);
  expect(file.parts).toBe(lines + 1);
  expect(readReport(await answer.text()).summary).toMatchObject({ complete: true, lines, refused: lines });
});

it('a file without end is read only until a report that nobody reads is full', async () => {
  const file = endlessFile(1);
  const world = withLimits(await setUp(), { unreadReportBytes: 32_000 });
  // The report has some 100 lines of 320 bytes. Each part of the file has one line.
  await expectToStop(file, await postCsv(world, file.body), { atLeast: 80, atMost: 150 });
});

it('the server of one machine gives a file of readers an hour to arrive', async () => {
  const world = await setUp();
  const server = await listen(world.app, { ...world.config, port: await freePort() });
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  expect(server).toMatchObject({ requestTimeout: 3_600_000 });
});

it('a header with faults is refused before the file has ended', async () => {
  const world = await setUp();
  const { sent, answered } = await sending(world);
  sent.on('error', () => {});
  sent.write(`name\n${'x\n'.repeat(100_000)}`);
  const [answer] = await answered;
  expect(answer.statusCode).toBe(422);
  expect(await text(answer)).toContain('Column 1, \\"name\\", is not known.');
  sent.destroy();
});

it('a client that hangs up between two lines of the report leaves a line in the log that says how far the import came', async () => {
  const world = await setUp();
  const answer = await postCsv(
    withLimits(world, { unreadReportBytes: 0 }),
    'email\nana@reader.example\nben@reader.example\n',
  );
  const report = answer.body?.getReader();
  await report?.read();
  await report?.cancel();
  expect(world.log.lines).toContainEqual({
    level: 'info',
    message: 'readers were imported',
    fields: expect.objectContaining({
      ...{ complete: false, lines: 1, added: 1, nextLine: 3 },
      reason:
        'The client hung up before it had read the whole report. Up to 16 lines from this one on may be stored too.',
    }),
  });
});

it('after a client hangs up, the lines before are stored, and no error is in the log', async () => {
  const world = await setUp();
  const { sent, answered } = await sending(world);
  sent.on('error', () => {});
  sent.write('email\nana@reader.example\nben@reader.example\nhalf@reader.exam');
  const [answer] = await answered;
  answer.on('error', () => {});
  await once(answer, 'data');
  sent.destroy();
  await expect
    .poll(() => world.log.lines.filter(({ message }) => message === 'readers were imported'), {
      timeout: 10_000,
    })
    .toHaveLength(1);
  expect([...(await readers(world)).keys()].sort()).toEqual(['ana@reader.example', 'ben@reader.example']);
  expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
