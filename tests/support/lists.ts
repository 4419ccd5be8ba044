import { expect } from 'vitest';
import type * as z from 'zod';
import type { LineReport, Summary } from '../../functions/subscribers/report-lines.ts';
import { importLine, suppressionLine } from '../../functions/subscribers/report-shapes.ts';
import type { Subscriber } from '../../functions/subscribers/subscriber.ts';
import { OWNER_TOKEN, type World } from './installation.ts';

/** Imports and exports lists of readers through the API. */

export const CONSENT = 'consent=List+of+2019&editions=daily';
const authorization = `Bearer ${OWNER_TOKEN}`;

/** Sends a list of addresses that must not be mailed. */
export function postSuppressions(
  world: Pick<World, 'app'>,
  body: Body,
  query = '',
  headers: Record<string, string> = {},
): Promise<Response> {
  return postList(world, `/api/suppressions?${query}`, body, headers);
}

export async function suppressCsv(world: Pick<World, 'app'>, body: Body, query = ''): Promise<Suppressed> {
  return reportOf<Suppressed>(await postSuppressions(world, body, query), suppressionLine);
}

export async function suppressJson(
  world: Pick<World, 'app'>,
  suppressions: unknown[],
  query = '',
): Promise<Suppressed> {
  const headers = { 'content-type': 'application/json' };
  const answer = await postSuppressions(world, JSON.stringify({ suppressions }), query, headers);
  return reportOf<Suppressed>(answer, suppressionLine);
}

export type Body = string | Uint8Array | ReadableStream<Uint8Array>;

export function postCsv(
  world: Pick<World, 'app'>,
  body: Body,
  query = CONSENT,
  headers: Record<string, string> = {},
): Promise<Response> {
  return postList(world, `/api/subscribers/import?${query}`, body, headers);
}

function postList(
  world: Pick<World, 'app'>,
  path: string,
  body: Body,
  headers: Record<string, string>,
): Promise<Response> {
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    body: body as BodyInit,
    headers: { authorization, 'content-type': 'text/csv', ...headers },
    duplex: 'half',
  };
  return Promise.resolve(world.app.request(`https://paper.example${path}`, init));
}

export type Report = { lines: LineReport[]; summary: Summary };
export type Suppressed = {
  lines: (LineReport & { unsubscribed?: string[] })[];
  summary: Summary & { unsubscribed: number; columnsPassedOver?: string[] };
};

export async function importCsv(world: Pick<World, 'app'>, body: Body, query = CONSENT): Promise<Report> {
  return reportOf<Report>(await postCsv(world, body, query), importLine);
}

async function reportOf<R extends Report>(answer: Response, shape: z.ZodType): Promise<R> {
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return readReport<R>(text, shape);
}

export function readReport<R extends Report = Report>(text: string, shape: z.ZodType = importLine): R {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const line of lines) expect(shape.safeParse(line).error?.issues ?? []).toEqual([]);
  const { summary } = lines.pop();
  return { lines, summary } as R;
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
