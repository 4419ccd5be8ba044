import { beforeAll, expect, test } from 'vitest';
import { apiRoutes, publicRoutes } from '../../functions/app.ts';
import { setUp } from '../support/installation.ts';
import { behaviourFor, fits } from './behaviours.ts';
import type { Json } from './policy.ts';
import { only, resourcesOf, synthesize } from './synthesized.ts';

/** What AWS does with each address of the route table, and that it does nothing with addresses that no row has. */

type Address = { method: string; path: string; app: 'editor' | 'public' };

const template = synthesize();
const edge: Json = only(template, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;
const integrations = resourcesOf(template, 'AWS::ApiGatewayV2::Integration');
const apiRows = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Route')).map(({ Properties }) => ({
  key: String(Properties.RouteKey),
  calls: String(
    integrations[Properties.Target['Fn::Join'][1][1].Ref]?.Properties.IntegrationUri['Fn::GetAtt'][0],
  ),
}));
/** The path of a route of the HTTP API, with a `*` for `{proxy+}`. */
const patternOf = (key: string) => key.replace(/^ANY /, '').replace('{proxy+}', '*');

/** Returns a path that fits a pattern of the route table. */
const sample = (pattern: string) => pattern.replace(/:language\{.*?\}(?=\/)/g, 'en').replace(/:\w+/g, 'x');

let addresses: Address[];
beforeAll(async () => {
  const { services } = await setUp();
  addresses = [
    ...apiRoutes(services).map(([method, path]) => ({ method, path: sample(path), app: 'editor' as const })),
    ...publicRoutes(services).flatMap(({ method, paths }) =>
      paths.map((path) => ({ method, path: sample(path), app: 'public' as const })),
    ),
  ];
});

test('the HTTP API calls for every address the function that has its row', () => {
  for (const { path, app } of addresses) {
    const row =
      apiRows.find(({ key }) => key !== '$default' && fits(patternOf(key), path)) ??
      apiRows.find(({ key }) => key === '$default');
    expect(row?.calls.toLowerCase(), path).toMatch(new RegExp(`^${app}function`));
  }
});

test('the edge lets every method pass that an address has a row for', () => {
  for (const { method, path } of addresses)
    expect(behaviourFor(edge, path).AllowedMethods, `${method} ${path}`).toContain(method);
});

test('no route of the HTTP API and no behaviour of the edge is for an address that no row has', () => {
  const patterns = [
    ...apiRows.map(({ key }) => patternOf(key)).filter((pattern) => pattern !== '$default'),
    ...edge.CacheBehaviors.map(({ PathPattern }: { PathPattern: string }) => PathPattern),
  ];
  expect(patterns.length).toBeGreaterThan(10);
  const dead = patterns.filter((pattern) => !addresses.some(({ path }) => isFor(pattern, path)));
  expect(dead).toEqual([]);
});

/**
 * Decides whether a pattern is for an address, or is the folder of the address. The folder `/api` answers 404 in the form
 * of the API.
 */
function isFor(pattern: string, path: string): boolean {
  return fits(pattern, path) || path.startsWith(`${pattern}/`);
}
