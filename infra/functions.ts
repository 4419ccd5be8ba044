import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export type FunctionName = 'public' | 'editor' | 'tick' | 'work';

/** The HTTP API gives up after 30 seconds. If a function worked longer than that, nobody would get its answer. */
const HTTP_TIMEOUT = Duration.seconds(29);

export const TIMEOUTS: Record<FunctionName, Duration> = {
  public: HTTP_TIMEOUT,
  editor: HTTP_TIMEOUT,
  // Composing an issue takes seconds. A sweep after a long outage takes a minute.
  tick: Duration.minutes(2),
  // The mail provider has 45 seconds to answer. In the same time some ten thousand readers can be put in batches.
  work: Duration.seconds(90),
};

/**
 * Lambda gives CPU in proportion to memory; 1,769 MB is one core. Somebody waits while the first three functions compute, so
 * they get more. The work function mostly waits for other servers.
 */
const MEMORY_MB: Record<FunctionName, number> = { public: 1024, editor: 1024, tick: 1024, work: 512 };

/**
 * Logs are kept long enough to answer "why did I not get Monday's letter?", and not longer, because they say what readers
 * did.
 */
const LOGS_KEPT = RetentionDays.ONE_MONTH;

const REPOSITORY = join(import.meta.dirname, '..');
const TEMPLATES_FOLDER = '/var/task/templates';

export type BroadsheetFunctionProps = {
  name: FunctionName;
  environment: Record<string, string>;
  /** An asynchronous call may wait at most this long until the function is started for it. Lambda's default is six hours. */
  maxEventAge?: Duration;
  /** An asynchronous call that fails is repeated this often. Lambda's default is 2. */
  retryAttempts?: number;
};

/** A function with its bundle, its log, and its role, which may at first only write this log. */
export class BroadsheetFunction extends Construct {
  readonly lambda: NodejsFunction;
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, { name, environment, ...asynchronous }: BroadsheetFunctionProps) {
    super(scope, id);
    assertLocalEsbuild();
    // By default CDK leaves a log behind when the stack is deleted, and nothing would delete it later.
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
      // The functions write lines of JSON. Lambda's JSON format would wrap these lines, and the alarms would not find them.
      loggingFormat: LoggingFormat.TEXT,
      // This environment variable matters only to version 2 of the AWS SDK.
      awsSdkConnectionReuse: false,
      environment: { ...environment, TEMPLATES_FOLDER },
      ...asynchronous,
    });
  }
}

function bundling(name: FunctionName): BundlingOptions {
  return {
    format: OutputFormat.ESM,
    // The bundle contains the version of the SDK that was tested. The version that Lambda has can change any day.
    bundleAwsSDK: true,
    // MJML loads TypeScript only to compile a configuration file, and there is none.
    externalModules: name === 'tick' ? ['typescript'] : [],
    // esbuild can leave out unused parts of packages that have an ESM build. That makes the cold start a fifth shorter.
    mainFields: ['module', 'main'],
    // Minified bundles do not start faster, and with MJML even slower. Unminified code gives an operator readable stack traces.
    minify: false,
    // CommonJS dependencies call `require`, which does not exist in ESM.
    banner:
      "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      // Pages and mails need the locales, and mails need the MJML files.
      afterBundling: (input, output) => [`cp -R "${input}/templates" "${output}/templates"`],
    },
  };
}

/** Checks that esbuild is installed. Without it CDK silently builds in Docker, which takes minutes, or fails without saying why. */
function assertLocalEsbuild(): void {
  try {
    createRequire(import.meta.url).resolve('esbuild');
  } catch {
    throw new Error('esbuild is not installed; run "npm ci" before "npm run synth"');
  }
}
