import { Aws, Duration, Fn, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  FunctionEventType,
  HttpVersion,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import { acceptFunction } from './accept-function.ts';
import type { Deployment } from './deployment.ts';

/** Feed documents, in every folder that has feeds. */
const FEED_PATHS = ['*/rss.xml', '*/atom.xml', '*/feed.json', '*/podcast.xml'];

/** These answers are the same for everybody. */
const SHARED_PATHS = ['/opml.xml', '/style.css', '/feeds.js'];

/**
 * Pages with a token or a form, and addresses to which programs write. Every answer is for one person or program, so
 * the edge must not give it to another.
 */
const UNCACHED_PATHS = [
  '/subscriptions',
  '/subscriptions/*',
  '/unsubscribe*',
  '/webhooks/*',
  '/websub',
  '/issues/*',
  '/api',
  '/api/*',
];

/**
 * By default the edge keeps errors for 10 seconds, whatever the answer says. An editor who creates an article that did not
 * exist a moment ago must not get the 404 again, so the edge does not keep these. It still keeps server errors (5xx) for 10
 * seconds, which spares the functions while they fail.
 */
const UNCACHED_ERRORS = [400, 403, 404, 405];

/** The edge keeps no answer longer than this, even if the answer allows more. */
const MAX_TTL = Duration.days(1);

/** CloudFront in front of the HTTP API. Readers and editors send their requests to CloudFront only. */
export class Edge extends Construct {
  readonly distribution: Distribution;
  /** Base URL of every link, without a slash at the end. */
  readonly baseUrl: string;
  /**
   * The edge sends this key with every request. The functions believe what a request says of the reader's network only if it
   * has the key, because then it came through the edge. The key is the last part of the stack's id, a UUID that nobody
   * outside the account sees. Somebody who knew it could get around a throttle and do nothing else.
   */
  readonly edgeKey = Fn.select(2, Fn.split('/', Aws.STACK_ID));

  constructor(scope: Construct, id: string, { api, domain }: { api: HttpApi; domain: Deployment['domain'] }) {
    super(scope, id);
    const { region, urlSuffix } = Stack.of(this);
    // The API itself waits for a function for 30 seconds.
    const origin = new HttpOrigin(`${api.apiId}.execute-api.${region}.${urlSuffix}`, {
      readTimeout: Duration.seconds(30),
      customHeaders: { 'x-broadsheet-edge': this.edgeKey },
    });
    const shared = {
      origin,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
    };
    const read: BehaviorOptions = {
      ...shared,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
      compress: true,
    };
    const feed: BehaviorOptions = {
      ...read,
      cachePolicy: this.feedPolicy(),
      functionAssociations: [
        { function: acceptFunction(this, 'Accept'), eventType: FunctionEventType.VIEWER_REQUEST },
      ],
      // The function compresses feeds. The edge would not compress atom+xml and feed+json, and would make the ETag of RSS weak.
      compress: false,
    };
    const forAll: BehaviorOptions = { ...read, cachePolicy: this.sharedPolicy() };
    const uncached: BehaviorOptions = {
      ...shared,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // The API refuses requests that name another host than its own, so the edge must not pass on the header Host.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
      compress: false,
    };
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `${Stack.of(this).stackName}: feeds, pages and API`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      defaultBehavior: { ...read, cachePolicy: this.pagePolicy() },
      additionalBehaviors: {
        ...Object.fromEntries(UNCACHED_PATHS.map((path) => [path, uncached])),
        ...Object.fromEntries(FEED_PATHS.map((path) => [path, feed])),
        ...Object.fromEntries(SHARED_PATHS.map((path) => [path, forAll])),
      },
      errorResponses: UNCACHED_ERRORS.map((httpStatus) => ({ httpStatus, ttl: Duration.seconds(0) })),
      ...(domain && {
        domainNames: [domain.hostName],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      }),
    });
    this.baseUrl = domain?.baseUrl ?? `https://${this.distribution.distributionDomainName}`;
  }

  /**
   * The edge keeps one copy of a feed for each encoding, and one copy of the page of a feed for each encoding and language. A
   * request with a query string such as `?utm_source=` gets the same copy. `functions/accept.edge.ts` replaces the many values
   * of Accept by two, and removes Accept-Language from the requests for a document. So there are few copies.
   */
  private feedPolicy(): CachePolicy {
    return new CachePolicy(this, 'FeedPolicy', {
      ...AS_THE_ORIGIN_SAYS,
      comment: 'Feeds: by path, encoding, and document or page',
      headerBehavior: CacheHeaderBehavior.allowList('Accept', 'Accept-Language'),
      queryStringBehavior: CacheQueryStringBehavior.none(),
    });
  }

  private sharedPolicy(): CachePolicy {
    return new CachePolicy(this, 'SharedPolicy', {
      ...AS_THE_ORIGIN_SAYS,
      comment: 'The same for all: by path and encoding',
      headerBehavior: CacheHeaderBehavior.none(),
      queryStringBehavior: CacheQueryStringBehavior.none(),
    });
  }

  /** The edge keeps a copy of a page for each Accept-Language, because pages are in the reader's language. */
  private pagePolicy(): CachePolicy {
    return new CachePolicy(this, 'PagePolicy', {
      ...AS_THE_ORIGIN_SAYS,
      comment: 'Pages: by path, query, encoding and language',
      headerBehavior: CacheHeaderBehavior.allowList('Accept-Language'),
      queryStringBehavior: CacheQueryStringBehavior.all(),
    });
  }
}

/**
 * An answer without Cache-Control is not cached. If a function forgets the header, its answer is not shown to the next reader.
 * Cookies never reach the functions.
 */
const AS_THE_ORIGIN_SAYS = {
  minTtl: Duration.seconds(0),
  defaultTtl: Duration.seconds(0),
  maxTtl: MAX_TTL,
  enableAcceptEncodingGzip: true,
  enableAcceptEncodingBrotli: true,
};
