import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';
import { postCsv, readReport } from '../support/lists.ts';
import { endlessFile, expectToStop, sending } from './import-bodies.ts';

it('a client that reads nothing before it has sent 80,000 lines over a socket gets the whole report', async () => {
  const world = await setUp();
  const { sent, answered } = await sending(world);
  const line = `${'x'.repeat(100)}\n`;
  const lines = 80_000;
  sent.write('email\n');
  for (let part = 0; part < lines / 1000; part++) {
    if (!sent.write(line.repeat(1000))) await once(sent, 'drain');
  }
  sent.end();
  await once(sent, 'finish');
  const [answer] = await answered;
  const report = await text(answer);
  // The report is longer than what the two sockets hold.
  expect(report.length).toBeGreaterThan(14_000_000);
  expect(readReport(report).summary).toMatchObject({ complete: true, lines, refused: lines });
});

it('a file without end is read only until 16 MB of a report that nobody reads are full', async () => {
  const world = await setUp();
  const file = endlessFile(100);
  // The report has some 50,000 lines of 320 bytes. These lines come from 500 parts of the file.
  await expectToStop(file, await postCsv(world, file.body), { atLeast: 300, atMost: 700 });
});
