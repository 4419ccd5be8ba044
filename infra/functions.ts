import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export type FunctionName = 'public' | 'editor' | 'tick' | 'work';

/** An HTTP API hangs up after 30 seconds: what has not answered by then keeps an editor or a reader waiting for nothing. */
const HTTP_TIMEOUT = Duration.seconds(29);

export const TIMEOUTS: Record<FunctionName, Duration> = {
  public: HTTP_TIMEOUT,
  editor: HTTP_TIMEOUT,
  // Composing an issue takes seconds; a sweep after a long outage, a minute.
  tick: Duration.minutes(2),
  // A mail provider is given 45 seconds to answer; some ten thousand readers are planned in the same time.
  work: Duration.seconds(90),
};

/** CPU comes with memory: 1,769 MB is one core. The first three compute while somebody waits; work waits on others. */
const MEMORY_MB: Record<FunctionName, number> = { public: 1024, editor: 1024, tick: 1024, work: 512 };

/** Long enough to answer "why did I not get Monday's letter?", short enough to forget who read it. */
const LOGS_KEPT = RetentionDays.ONE_MONTH;

const REPOSITORY = join(import.meta.dirname, '..');
const TEMPLATES_FOLDER = '/var/task/templates';

export type BroadsheetFunctionProps = {
  name: FunctionName;
  environment: Record<string, string>;
  /** How long after an asynchronous call the function may still be started for it. Lambda's default is six hours. */
  maxEventAge?: Duration;
  /** How often an asynchronous call that fails is repeated. Lambda's default is twice. */
  retryAttempts?: number;
};

/** One function: its bundle, its role with nothing in it but its own log, and the log. */
export class BroadsheetFunction extends Construct {
  readonly lambda: NodejsFunction;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, { name, environment, ...asynchronous }: BroadsheetFunctionProps) {
    super(scope, id);
    assertLocalEsbuild();
    this.logs = new LogGroup(this, 'Logs', { retention: LOGS_KEPT, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logs.grantWrite(role);
    this.lambda = new NodejsFunction(this, 'Function', {
      entry: join(REPOSITORY, 'functions', `${name}.lambda.ts`),
      handler: 'handler',
      depsLockFilePath: join(REPOSITORY, 'package-lock.json'),
      projectRoot: REPOSITORY,
      bundling: bundling(name),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: MEMORY_MB[name],
      timeout: TIMEOUTS[name],
      role,
      logGroup: this.logs,
      // The functions write JSON lines of their own; Lambda's JSON format would wrap them, and the alarms not find them.
      loggingFormat: LoggingFormat.TEXT,
      // A setting of the SDK's second version.
      awsSdkConnectionReuse: false,
      environment: { ...environment, TEMPLATES_FOLDER },
      ...asynchronous,
    });
  }
}

function bundling(name: FunctionName): BundlingOptions {
  return {
    format: OutputFormat.ESM,
    // The version that was tested, not the one that Lambda has that day.
    bundleAwsSDK: true,
    // MJML loads TypeScript only where it compiles its own configuration.
    externalModules: name === 'tick' ? ['typescript'] : [],
    // ESM builds where a package has one: unused parts fall out, which saves a fifth of the start.
    mainFields: ['module', 'main'],
    // Minified bundles start no faster (MJML's even slower), and an operator reads these stack traces.
    minify: false,
    // CommonJS dependencies call require, which ESM has not.
    banner:
      "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      // Locales for pages and mails, and the MJML.
      afterBundling: (input, output) => [`cp -R "${input}/templates" "${output}/templates"`],
    },
  };
}

/** Without it CDK silently builds in Docker, which takes minutes, or fails with no word of why. */
function assertLocalEsbuild(): void {
  try {
    createRequire(import.meta.url).resolve('esbuild');
  } catch {
    throw new Error('esbuild is not installed; run "npm ci" before "npm run synth"');
  }
}
