import { HttpApi, HttpMethod, HttpRoute, HttpRouteKey, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import type { BroadsheetFunction } from './functions.ts';

/**
 * Far above what passes the edge on the morning of a digest, and a bill that a flood cannot run up: at 50 ms an answer
 * it keeps 25 functions busy, 50 in a burst. Beyond it readers and editors get 429.
 */
const REQUESTS_PER_SECOND = 500;
const BURST = 1000;

/** What `createEditorApp` serves; all else is the public app's. */
const EDITOR_PATHS = [
  '/api',
  '/api/{proxy+}',
  '/openapi.json',
  '/docs',
  '/docs/{proxy+}',
  '/console',
  '/console/{proxy+}',
];

/** One HTTP API before both apps. Not a function URL: CloudFront's way in refuses forms and webhooks, which sign nothing. */
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

  /** Apart from the constructor: the functions are told the address, which must be there first. */
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
