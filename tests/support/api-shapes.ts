import { expect } from 'vitest';
import type { ApiRoute } from '../../functions/access/api-operation.ts';

/**
 * Checks an answer of the JSON API against the route table: a success must have a status that the row of its route
 * names, and a body of the shape that the row gives for it. Every request that a test makes with `World.request` is
 * checked here.
 */
export async function checkShape(
  rows: ApiRoute[],
  method: string,
  path: string,
  answer: Response,
): Promise<void> {
  if (!path.startsWith('/api') || !answer.ok || method === 'HEAD') return;
  const { pathname } = new URL(path, 'https://paper.example');
  const row = rows.find(([each, pattern]) => each === method && patternOf(pattern).test(pathname));
  expect(row, `no row of the route table is for ${method} ${pathname}`).toBeDefined();
  const answers = row?.[4].answers[answer.status];
  expect(
    answers,
    `${method} ${pathname} answers ${answer.status}, which its row does not name`,
  ).toBeDefined();
  const type = answer.headers.get('content-type');
  if (!answers?.shape || type !== 'application/json') return;
  const { error } = answers.shape.safeParse(await answer.clone().json());
  expect(error?.issues ?? [], `${method} ${pathname} answers in another shape than its row gives`).toEqual(
    [],
  );
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`);
}
