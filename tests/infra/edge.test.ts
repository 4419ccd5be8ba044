import { describe, expect, test } from 'vitest';
import { readDeployment } from '../../infra/deployment.ts';
import { behaviourFor } from './behaviours.ts';
import type { Resource } from './policy.ts';
import { only, resourcesOf, synthesize } from './synthesized.ts';

/**
 * Policies that AWS manages:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
 */
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

const template = synthesize();
const config = distributionOf(template);

function distributionOf(from: ReturnType<typeof synthesize>) {
  return only(from, 'AWS::CloudFront::Distribution').Properties.DistributionConfig;
}

const behaviourOf = (path: string): Resource['Properties'] => behaviourFor(config, path);

function keyOf(path: string) {
  const { CachePolicyId } = behaviourOf(path);
  return resourcesOf(template, 'AWS::CloudFront::CachePolicy')[CachePolicyId.Ref]?.Properties
    .CachePolicyConfig;
}

describe.each([
  '/subscriptions',
  '/subscriptions/confirm',
  '/subscriptions/manage',
  '/unsubscribe',
  '/webhooks/resend',
  '/websub',
  '/issues/daily/2026-11-22-0730',
  '/api/articles',
])('%s', (path) => {
  test('is never cached, and passes every method, query and header on', () => {
    expect(behaviourOf(path)).toMatchObject({
      CachePolicyId: CACHING_DISABLED,
      OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
      ViewerProtocolPolicy: 'redirect-to-https',
    });
    expect([...behaviourOf(path).AllowedMethods].sort()).toEqual([
      'DELETE',
      'GET',
      'HEAD',
      'OPTIONS',
      'PATCH',
      'POST',
      'PUT',
    ]);
  });
});

describe.each([
  '/rss.xml',
  '/es/atom.xml',
  '/sections/harbour/feed.json',
  '/sections/harbour/archive/2026-10/rss.xml',
  '/podcast.xml',
  '/es/podcast.xml',
])('%s', (path) => {
  test('has a cached copy for each encoding, Accept header and language, whatever the query and the cookies are', () => {
    expect(keyOf(path).ParametersInCacheKeyAndForwardedToOrigin).toEqual({
      EnableAcceptEncodingBrotli: true,
      EnableAcceptEncodingGzip: true,
      CookiesConfig: { CookieBehavior: 'none' },
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Accept', 'Accept-Language'] },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    });
  });

  test('keeps the bytes that the function has made', () => {
    expect(behaviourOf(path)).toMatchObject({ Compress: false, ViewerProtocolPolicy: 'redirect-to-https' });
  });
});

describe.each(['/opml.xml', '/style.css', '/feeds.js'])('%s', (path) => {
  test('has one cached copy for each encoding', () => {
    expect(keyOf(path).ParametersInCacheKeyAndForwardedToOrigin).toEqual({
      EnableAcceptEncodingBrotli: true,
      EnableAcceptEncodingGzip: true,
      CookiesConfig: { CookieBehavior: 'none' },
      HeadersConfig: { HeaderBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
    });
  });
});

describe.each(['/', '/feeds', '/subscribe', '/issues', '/articles/a1'])('%s', (path) => {
  test('has a cached copy for each language', () => {
    expect(keyOf(path).ParametersInCacheKeyAndForwardedToOrigin).toMatchObject({
      EnableAcceptEncodingBrotli: true,
      EnableAcceptEncodingGzip: true,
      CookiesConfig: { CookieBehavior: 'none' },
      HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['Accept-Language'] },
    });
  });
});

test('the origin decides what is cached and for how long, up to a day', () => {
  for (const path of ['/rss.xml', '/'])
    expect(keyOf(path)).toMatchObject({ MinTTL: 0, DefaultTTL: 0, MaxTTL: 86_400 });
});

test('errors are not cached, because a missing article may exist soon', () => {
  const kept = new Map(
    config.CustomErrorResponses.map((each: { ErrorCode: number; ErrorCachingMinTTL: number }) => [
      each.ErrorCode,
      each.ErrorCachingMinTTL,
    ]),
  );
  for (const status of [400, 403, 404, 405]) expect(kept.get(status)).toBe(0);
});

test('the edge speaks HTTP/2 and HTTP/3, and HTTPS to the API', () => {
  expect(config.HttpVersion).toBe('http2and3');
  expect(config.Origins).toHaveLength(1);
  expect(config.Origins[0].CustomOriginConfig.OriginProtocolPolicy).toBe('https-only');
});

describe('the HTTP API of AWS', () => {
  const routes = Object.values(resourcesOf(template, 'AWS::ApiGatewayV2::Route')).map(
    ({ Properties }) => Properties,
  );
  const functionOf = (route: Resource['Properties'] | undefined) => {
    const integration = resourcesOf(template, 'AWS::ApiGatewayV2::Integration')[
      route.Target['Fn::Join'][1][1].Ref
    ];
    return integration?.Properties.IntegrationUri['Fn::GetAtt'][0];
  };

  test.each(['ANY /api', 'ANY /api/{proxy+}'])("sends %s to the editors' function", (key) => {
    expect(functionOf(routes.find(({ RouteKey }) => RouteKey === key))).toMatch(/^EditorFunction/);
  });

  test('sends everything else to the public function', () => {
    expect(functionOf(routes.find(({ RouteKey }) => RouteKey === '$default'))).toMatch(/^PublicFunction/);
  });

  test('is throttled, so that a flood of requests costs little', () => {
    expect(only(template, 'AWS::ApiGatewayV2::Stage').Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
    });
  });
});

describe('the address of the site', () => {
  const certificateArn = 'arn:aws:acm:us-east-1:123456789012:certificate/0b1c';
  const env = { BROADSHEET_URL: 'https://news.example/', CERTIFICATE_ARN: certificateArn };
  const urlOf = (from: ReturnType<typeof synthesize>) =>
    only(from, 'AWS::Lambda::Function', 'Public').Properties.Environment.Variables.BROADSHEET_URL;

  test("is CloudFront's if no other is set", () => {
    expect(urlOf(template)).toEqual({
      'Fn::Join': [
        '',
        ['https://', { 'Fn::GetAtt': [expect.stringMatching('^EdgeDistribution'), 'DomainName'] }],
      ],
    });
    expect(config.Aliases).toBeUndefined();
  });

  test('is the domain of BROADSHEET_URL if CERTIFICATE_ARN is set too', () => {
    const own = synthesize(readDeployment(env));
    expect(urlOf(own)).toBe('https://news.example');
    expect(distributionOf(own)).toMatchObject({
      Aliases: ['news.example'],
      ViewerCertificate: { AcmCertificateArn: certificateArn, MinimumProtocolVersion: 'TLSv1.2_2021' },
    });
  });

  test('is that of CloudFront if both variables say that there is no domain', () => {
    expect(readDeployment({ BROADSHEET_URL: 'none', CERTIFICATE_ARN: 'none' })).not.toHaveProperty('domain');
    expect(readDeployment({ BROADSHEET_URL: 'none' })).not.toHaveProperty('domain');
  });

  test.each([
    [{ BROADSHEET_URL: 'https://news.example' }, 'CERTIFICATE_ARN is not set'],
    [{ BROADSHEET_URL: 'none', CERTIFICATE_ARN: certificateArn }, 'BROADSHEET_URL is "none"; set both'],
    [{ ...env, CERTIFICATE_ARN: 'none' }, 'CERTIFICATE_ARN is "none"; set both'],
    [{ CERTIFICATE_ARN: certificateArn }, 'BROADSHEET_URL is not set'],
    [
      { ...env, BROADSHEET_URL: 'http://localhost:8787' },
      'BROADSHEET_URL is "http://localhost:8787"; it must be https',
    ],
    [{ ...env, BROADSHEET_URL: 'https://news.example/feeds' }, 'it must be https and a host name'],
    [{ ...env, BROADSHEET_URL: 'https://news.example:8443' }, 'with no port or path'],
    [
      { ...env, CERTIFICATE_ARN: certificateArn.replace('us-east-1', 'eu-west-1') },
      'must be the ARN of an ACM certificate in us-east-1',
    ],
    [{ ALARM_EMAIL: 'nobody' }, 'ALARM_EMAIL is "nobody"; it must be a mail address'],
    [{ BROADSHEET_STACK: 'my stack' }, 'BROADSHEET_STACK is "my stack"'],
    [{ BROADSHEET_ACCOUNT: 'mine' }, 'BROADSHEET_ACCOUNT is "mine"; it must be the 12 digits'],
    [{ BROADSHEET_REGION: 'Frankfurt' }, 'BROADSHEET_REGION is "Frankfurt"; it must be a region'],
  ])('is refused, and the error says what is allowed: %o', (wrong, message) => {
    expect(() => readDeployment(wrong)).toThrow(message);
  });
});

test('the stack has the outputs that the README names', () => {
  for (const name of ['SiteUrl', 'ApiUrl', 'TableName', 'SecretName'])
    expect(Object.keys(template.findOutputs(name))).toEqual([name]);
});

test('the edge sends the public function a key that nobody else knows, which shows that a request came through the edge', () => {
  const key = { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] };
  const [origin, ...more] = config.Origins;
  expect(more).toEqual([]);
  expect(origin.OriginCustomHeaders).toEqual([{ HeaderName: 'x-broadsheet-edge', HeaderValue: key }]);
  const functions = Object.values(resourcesOf(template, 'AWS::Lambda::Function'));
  const keys = functions.flatMap(({ Properties }) => Properties.Environment?.Variables?.EDGE_KEY ?? []);
  expect(keys).toEqual([key]);
});
