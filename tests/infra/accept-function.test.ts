import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { ACCEPT_HEADERS } from '../support/accept-headers.ts';
import { only, synthesize } from './synthesized.ts';

/** What CloudFront does with a request for a feed before it looks into its cache: the code that is deployed, run. */

const template = synthesize();
const { FunctionCode: code, FunctionConfig: config } = only(template, 'AWS::CloudFront::Function').Properties;
const distribution = only(template, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;

type Headers = Record<string, { value: string; multiValue?: { value: string }[] }>;

function headersAfter(headers: Headers): Headers {
  const event = { version: '1.0', request: { method: 'GET', uri: '/rss.xml', querystring: {}, headers } };
  const request = runInNewContext(`${code}; handler(${JSON.stringify(event)})`);
  return JSON.parse(JSON.stringify(request.headers));
}

describe.each(ACCEPT_HEADERS)('%s: %j', (_, accept, given) => {
  test(`is told to the cache as one of two values, for the ${given}`, () => {
    const { accept: told } = headersAfter(accept === undefined ? {} : { accept: { value: accept } });
    expect(told).toEqual({ value: given === 'page' ? 'text/html' : '*/*' });
  });
});

test('a header that came in two lines is read as one', () => {
  const multiValue = [{ value: 'text/html' }, { value: 'application/rss+xml' }];
  expect(headersAfter({ accept: { value: 'text/html', multiValue } }).accept).toEqual({ value: '*/*' });
});

test('the language makes other copies of the page and none of the document', () => {
  const language = { 'accept-language': { value: 'es-MX,es;q=0.9' } };
  const ofDocument = headersAfter({ ...language, accept: { value: '*/*' }, host: { value: 'a.example' } });
  expect(ofDocument).toEqual({ accept: { value: '*/*' }, host: { value: 'a.example' } });
  expect(headersAfter({ ...language, accept: { value: 'text/html' } })).toMatchObject(language);
});

test('it is what CloudFront can run: small, no modules, nothing that is newer than its engine', () => {
  expect(config.Runtime).toBe('cloudfront-js-2.0');
  expect(Buffer.byteLength(code)).toBeLessThan(10_240);
  expect(code).not.toMatch(/^\s*(?:export|import)\b|\?\.|\?\?|\.\.\.|`/m);
  expect(code).toMatch(/^function handler\(event\)/m);
});

test('it runs for every feed, and for nothing else', () => {
  const withFunction = distribution.CacheBehaviors.filter(
    (behaviour: { FunctionAssociations?: unknown[] }) => behaviour.FunctionAssociations?.length,
  );
  const paths = withFunction.map(({ PathPattern }: { PathPattern: string }) => PathPattern);
  expect(paths).toEqual(['*/rss.xml', '*/atom.xml', '*/feed.json', '*/podcast.xml']);
  for (const { FunctionAssociations } of withFunction)
    expect(FunctionAssociations).toMatchObject([{ EventType: 'viewer-request' }]);
  expect(distribution.DefaultCacheBehavior.FunctionAssociations).toBeUndefined();
});
