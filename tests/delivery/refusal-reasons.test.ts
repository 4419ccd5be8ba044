import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { expect, it } from 'vitest';
import { setUp } from '../support/installation.ts';
import { postStory, sendNow } from '../support/newsroom.ts';
import { type Answer, failure } from '../support/provider.ts';
import { addReaders } from '../support/readers.ts';

const READER = 'reader-0@reader.example';
const refusals: [string, Answer, string][] = [
  ['a request', failure(422, 'validation_error', `Invalid \`to\`: <${READER}>`), 'failed'],
  [
    'an address',
    { status: 200, body: JSON.stringify({ data: [], errors: [{ index: 0, message: `No ${READER} here` }] }) },
    'sent',
  ],
];

it.each(refusals)('the reason why %s was refused is stored without the address', async (_, answer, kind) => {
  const world = await setUp({ provider: () => ({ answer }) });
  await addReaders(world, 1);
  await postStory(world);
  expect(await sendNow(world, 'morning')).toMatchObject({ state: 'sent', sent: 0, failed: 1 });
  const { client, name } = world.table;
  const { Items = [] } = await client.send(
    new ScanCommand({ TableName: name, FilterExpression: 'attribute_exists(outcome)' }),
  );
  expect(Items.map(({ outcome }) => outcome)).toMatchObject([{ kind }]);
  const kept = JSON.stringify([Items, world.log.lines]);
  expect(kept).toMatch(/Invalid `to`: <…>|No … here/);
  expect(kept).not.toContain(READER);
});
