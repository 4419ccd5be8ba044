import { expect } from 'vitest';
import type { LineReport, Summary } from '../../functions/subscribers/report-lines.ts';
import type { Subscriber } from '../../functions/subscribers/subscriber.ts';
import { importLine } from '../../functions/subscribers/subscriber-routes.ts';
import { OWNER_TOKEN, type World } from './installation.ts';

/** Imports and exports lists of readers through the API. */

export const CONSENT = 'consent=List+of+2019&editions=daily';
const authorization = `Bearer ${OWNER_TOKEN}`;

export type Body = string | Uint8Array | ReadableStream<Uint8Array>;

export function postCsv(
  world: Pick<World, 'app'>,
  body: Body,
  query = CONSENT,
  headers: Record<string, string> = {},
): Promise<Response> {
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    body: body as BodyInit,
    headers: { authorization, 'content-type': 'text/csv', ...headers },
    duplex: 'half',
  };
  return Promise.resolve(world.app.request(`https://paper.example/api/subscribers/import?${query}`, init));
}

export type Report = { lines: LineReport[]; summary: Summary };

export async function importCsv(world: Pick<World, 'app'>, body: Body, query = CONSENT): Promise<Report> {
  const answer = await postCsv(world, body, query);
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return readReport(text);
}

export function readReport(text: string): Report {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const line of lines) expect(importLine.safeParse(line).error?.issues ?? []).toEqual([]);
  const { summary } = lines.pop() as { summary: Summary };
  return { lines, summary };
}

/** Returns the result of each line: `2 added`, or `3 refused: <reason>`. */
export function outcomes({ lines }: Report): string[] {
  return lines.map(({ line, result, reason }) => `${line} ${result}${reason ? `: ${reason}` : ''}`);
}

/** Returns why the whole file was refused. */
export async function faultsOf(answer: Response): Promise<string[]> {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const { errors, detail } = (await answer.json()) as { errors?: { detail: string }[]; detail: string };
  return errors?.map((fault) => fault.detail) ?? [detail];
}

export async function exportCsv(world: Pick<World, 'app'>, query = ''): Promise<string> {
  const answer = await getCsv(world, query);
  expect(answer.status).toBe(200);
  return answer.text();
}

export function getCsv(world: Pick<World, 'app'>, query = ''): Promise<Response> {
  const url = `https://paper.example/api/subscribers${query}`;
  return Promise.resolve(world.app.request(url, { headers: { authorization } }));
}

/** Returns every reader of an edition, by address. */
export async function readers(world: World): Promise<Map<string, Subscriber>> {
  const { subscribers } = world.services;
  const found = new Map<string, Subscriber>();
  for (const { id } of world.config.publication.editions) {
    for (let shard = 0; shard < 16; shard++) {
      const members = await subscribers.members(id, shard, undefined, 10_000);
      const ids = members.map(({ subscriberId }) => subscriberId);
      for (const reader of await subscribers.getMany(ids)) {
        const other = found.get(reader.email);
        expect(other === undefined || other.id === reader.id, `${reader.email} is there twice`).toBe(true);
        found.set(reader.email, reader);
      }
    }
  }
  return found;
}
