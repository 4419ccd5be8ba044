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

/** Feed documents, in every folder they stand in. */
const FEED_PATHS = ['*/rss.xml', '*/atom.xml', '*/feed.json', '*/podcast.xml'];

/** The same for everybody. */
const SHARED_PATHS = ['/opml.xml', '/style.css', '/feeds.js'];

/** Pages with a token or a form, and machines that write: each request is its own, and a cached answer somebody else's. */
const UNCACHED_PATHS = [
  '/subscriptions',
  '/subscriptions/*',
  '/unsubscribe*',
  '/webhooks/*',
  '/websub',
  '/issues/*',
  '/api',
  '/api/*',
  '/console',
  '/console/*',
];

/**
 * Errors that the edge would keep for 10 seconds whatever the answer says: an editor who puts the article that was not
 * there a moment ago must not be told 404 again. Errors of ours (5xx) keep the 10 seconds, which spares us while we are down.
 */
const UNCACHED_ERRORS = [400, 403, 404, 405];

/** The longest the edge keeps anything, however long the answer says. */
const MAX_TTL = Duration.days(1);

/** CloudFront: what readers and editors see of the HTTP API. */
export class Edge extends Construct {
  readonly distribution: Distribution;
  /** Base URL of every link, without a slash at the end. */
  readonly baseUrl: string;
  /**
   * What the edge shows the functions of itself: only what comes through it says truly who the reader is. The last part
   * of the stack's id, a UUID that nobody outside the account sees; it guards a throttle and nothing else.
   */
  readonly edgeKey = Fn.select(2, Fn.split('/', Aws.STACK_ID));

  constructor(scope: Construct, id: string, { api, domain }: { api: HttpApi; domain: Deployment['domain'] }) {
    super(scope, id);
    const { region, urlSuffix } = Stack.of(this);
    // 30 s: as long as the API itself waits for a function.
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
      // The function compresses: the edge would leave atom+xml and feed+json as they are, and weaken the ETag of the rest.
      compress: false,
    };
    const forAll: BehaviorOptions = { ...read, cachePolicy: this.sharedPolicy() };
    const uncached: BehaviorOptions = {
      ...shared,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // The API knows itself by its own host name only.
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
   * One copy of a feed for each encoding, and that of its page for each language: `?utm_source=` makes no other. Accept
   * has two values here, and Accept-Language comes with one of them only (`accept.edge.ts`).
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

  /** Pages are in the reader's language. */
  private pagePolicy(): CachePolicy {
    return new CachePolicy(this, 'PagePolicy', {
      ...AS_THE_ORIGIN_SAYS,
      comment: 'Pages: by path, query, encoding and language',
      headerBehavior: CacheHeaderBehavior.allowList('Accept-Language'),
      queryStringBehavior: CacheQueryStringBehavior.all(),
    });
  }
}

/** No Cache-Control, no caching: what forgot to say so is not shown to the next reader. Cookies never reach the origin. */
const AS_THE_ORIGIN_SAYS = {
  minTtl: Duration.seconds(0),
  defaultTtl: Duration.seconds(0),
  maxTtl: MAX_TTL,
  enableAcceptEncodingGzip: true,
  enableAcceptEncodingBrotli: true,
};
