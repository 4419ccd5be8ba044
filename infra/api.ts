import { HttpApi, HttpMethod, HttpRoute, HttpRouteKey, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { BroadsheetFunction } from './functions.ts';

/**
 * The API takes at most this many requests a second, and answers 429 to more. This is far more than passes the edge on the
 * morning of a digest. It limits what a flood of requests costs: at 50 ms for an answer, a flood keeps 25 functions busy, and
 * 50 in a burst.
 */
const REQUESTS_PER_SECOND = 500;
const BURST = 1000;

/** The paths that the editor function serves. The public function serves all others. */
const EDITOR_PATHS = ['/api', '/api/{proxy+}'];

/**
 * The HTTP API in front of both apps. A function URL would not do: CloudFront's access control for function URLs needs signed
 * requests, and forms and webhooks are not signed.
 */
export class Api extends Construct {
  readonly http: HttpApi;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.http = new HttpApi(this, 'Http', { createDefaultStage: false });
    new HttpStage(this, 'Stage', {
      httpApi: this.http,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: REQUESTS_PER_SECOND, burstLimit: BURST },
    });
  }

  /** Adds the routes. This is not done in the constructor, because the functions need the address of the API first. */
  route(publicApp: BroadsheetFunction, editorApp: BroadsheetFunction): void {
    const editor = new HttpLambdaIntegration('Editor', editorApp.lambda);
    for (const path of EDITOR_PATHS) {
      this.http.addRoutes({ path, methods: [HttpMethod.ANY], integration: editor });
    }
    // Every other path and method.
    new HttpRoute(this, 'Public', {
      httpApi: this.http,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('Public', publicApp.lambda),
    });
  }
}
