import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  type BehaviorOptions,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  HttpVersion,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import type { Deployment } from './deployment.ts';

/** Feed documents, in every folder they stand in. */
const FEED_PATHS = ['*/rss.xml', '*/atom.xml', '*/feed.json', '/opml.xml'];

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

  constructor(scope: Construct, id: string, { api, domain }: { api: HttpApi; domain: Deployment['domain'] }) {
    super(scope, id);
    const { region, urlSuffix } = Stack.of(this);
    // 30 s: as long as the API itself waits for a function.
    const origin = new HttpOrigin(`${api.apiId}.execute-api.${region}.${urlSuffix}`, {
      readTimeout: Duration.seconds(30),
    });
    const shared = {
      origin,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: ResponseHeadersPolicy.SECURITY_HEADERS,
    };
    const feed: BehaviorOptions = {
      ...shared,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
      cachePolicy: this.feedPolicy(),
      // The function compresses: the edge would leave atom+xml and feed+json as they are, and weaken the ETag of the rest.
      compress: false,
    };
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
      defaultBehavior: { ...feed, cachePolicy: this.pagePolicy(), compress: true },
      additionalBehaviors: {
        ...Object.fromEntries(UNCACHED_PATHS.map((path) => [path, uncached])),
        ...Object.fromEntries(FEED_PATHS.map((path) => [path, feed])),
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

  /** One copy of a feed for each encoding: neither `?utm_source=` nor a reader's language makes another. */
  private feedPolicy(): CachePolicy {
    return new CachePolicy(this, 'FeedPolicy', {
      ...AS_THE_ORIGIN_SAYS,
      comment: 'Feeds: by path and encoding',
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
