import { expect, it } from 'vitest';
import { putItem } from '../../functions/adapters/dynamo/dynamo-client.ts';
import { consentKey } from '../../functions/adapters/dynamo/dynamo-keys.ts';
import type { StoredData } from '../../functions/subscribers/personal-data.ts';
import { setUp } from '../support/installation.ts';
import { LAMBDA_BYTES, onLambda } from '../support/lambda-answers.ts';
import { addReader, beside, dataOf } from './reader.ts';

it('a reader with a very long consent log downloads their data in parts, each with the address of the next', async () => {
  const world = await setUp();
  const manage = await addReader(world, 'ana@reader.example');
  const before = await dataOf(world, manage);
  expect(before).not.toHaveProperty('next');
  // The stored lines are few and long, because so many short ones would take a minute to store.
  const detail = 'x'.repeat(200_000);
  const lines = Array.from({ length: 12 }, (_, index) => `2026-12-01T00:00:${index + 10}.000Z`);
  await Promise.all(
    lines.map((at) =>
      putItem(world.table, {
        ...consentKey(before.subscriber.id, at, '9'),
        ...{ at, what: 'preferences', editions: ['daily'], detail },
      }),
    ),
  );
  const parts: (Partial<StoredData> & { next?: string })[] = [];
  for (let next: string | undefined = beside(manage, '/subscriptions/manage/data'); next !== undefined; ) {
    const { status, bytes, body } = await onLambda(world, 'GET', next.replace(world.config.baseUrl, ''));
    expect(status).toBe(200);
    expect(bytes).toBeLessThan(LAMBDA_BYTES);
    const part: (typeof parts)[number] = JSON.parse(body);
    parts.push(part);
    next = part.next;
    expect(parts.length).toBeLessThan(20);
  }
  expect(parts.length).toBeGreaterThan(2);
  expect(parts.flatMap(({ consentLog = [] }) => consentLog.map(({ at }) => at))).toEqual([
    ...before.consentLog.map(({ at }) => at),
    ...lines,
  ]);
  const { consentLog: _, ...rest } = before;
  expect(parts[0]).toMatchObject(rest);
  expect(Object.keys(parts[1] ?? {})).toEqual(['consentLog', 'next']);
  for (const wrong of ['-1', '1000']) {
    const path = `${beside(manage, '/subscriptions/manage/data')}&from=${wrong}`;
    expect((await world.request(path)).status, wrong).toBe(400);
  }
});
