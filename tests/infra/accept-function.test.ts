import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { ACCEPT_HEADERS } from '../support/accept-headers.ts';
import { only, synthesize } from './synthesized.ts';

/** Runs the code that is deployed to CloudFront, which changes a request for a feed before the cache is searched. */

const template = synthesize();
const { FunctionCode: code, FunctionConfig: config } = only(template, 'AWS::CloudFront::Function').Properties;
const distribution = only(template, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;

type Headers = Record<string, { value: string; multiValue?: { value: string }[] }>;

function headersAfter(headers: Headers): Headers {
  const event = { version: '1.0', request: { method: 'GET', uri: '/rss.xml', querystring: {}, headers } };
  const request = runInNewContext(`${code}; handler(${JSON.stringify(event)})`);
  return JSON.parse(JSON.stringify(request.headers));
}

describe.each(ACCEPT_HEADERS)('a request with %s (Accept: %j)', (_, accept, given) => {
  test(`gets the cached copy of the ${given}`, () => {
    const { accept: told } = headersAfter(accept === undefined ? {} : { accept: { value: accept } });
    expect(told).toEqual({ value: given === 'page' ? 'text/html' : '*/*' });
  });
});

test('an Accept header that comes in two lines is read as one', () => {
  const multiValue = [{ value: 'text/html' }, { value: 'application/rss+xml' }];
  expect(headersAfter({ accept: { value: 'text/html', multiValue } }).accept).toEqual({ value: '*/*' });
});

test('the cache has a copy of the page for each language, and one copy of the document', () => {
  const language = { 'accept-language': { value: 'es-MX,es;q=0.9' } };
  const ofDocument = headersAfter({ ...language, accept: { value: '*/*' }, host: { value: 'a.example' } });
  expect(ofDocument).toEqual({ accept: { value: '*/*' }, host: { value: 'a.example' } });
  expect(headersAfter({ ...language, accept: { value: 'text/html' } })).toMatchObject(language);
});

test('CloudFront can run the code: it is small, and has no modules and no syntax that the engine does not know', () => {
  expect(config.Runtime).toBe('cloudfront-js-2.0');
  expect(Buffer.byteLength(code)).toBeLessThan(10_240);
  expect(code).not.toMatch(/^\s*(?:export|import)\b|\?\.|\?\?|\.\.\.|`/m);
  expect(code).toMatch(/^function handler\(event\)/m);
});

test('the code runs for the address of every feed, and for no other address', () => {
  const withFunction = distribution.CacheBehaviors.filter(
    (behaviour: { FunctionAssociations?: unknown[] }) => behaviour.FunctionAssociations?.length,
  );
  const paths = withFunction.map(({ PathPattern }: { PathPattern: string }) => PathPattern);
  expect(paths).toEqual(['*/rss.xml', '*/atom.xml', '*/feed.json', '*/podcast.xml']);
  for (const { FunctionAssociations } of withFunction)
    expect(FunctionAssociations).toMatchObject([{ EventType: 'viewer-request' }]);
  expect(distribution.DefaultCacheBehavior.FunctionAssociations).toBeUndefined();
});
