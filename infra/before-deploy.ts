import {
  CloudFormationClient,
  DescribeStacksCommand,
  type Stack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { type Deployment, readDeployment, undecided } from './deployment.ts';

/**
 * `npm run deploy` runs this before CDK. It refuses a deployment that has not been told everything, and helps a first
 * deployment that has failed.
 */
const faults = undecided(process.env);
if (faults.length > 0) {
  process.stderr.write(
    `nothing was deployed, because a deployment removes what is not named: a domain, a subscription to the alarms\n${faults.map((fault) => `- ${fault}\n`).join('')}`,
  );
  process.exit(1);
}
try {
  await unprotectFailedStart(readDeployment(process.env));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}

/**
 * CDK deletes a stack whose first deployment failed, and then makes it again. But CDK has protected the stack against
 * deletion before that first deployment, so CloudFormation would refuse. This function takes the protection away if the
 * first deployment failed, and only then. CDK protects the new stack again.
 */
async function unprotectFailedStart({ stackName, env }: Deployment): Promise<void> {
  try {
    const cloudFormation = new CloudFormationClient(env.region ? { region: env.region } : {});
    const stack = await find(cloudFormation, stackName);
    if (!hasNeverStarted(stack)) return;
    // CDK would then refuse the credentials.
    const account = stack?.StackId?.split(':')[4];
    if (account !== env.account)
      throw new Error(`the credentials are those of the account ${account}, not of ${env.account}`);
    await cloudFormation.send(
      new UpdateTerminationProtectionCommand({ StackName: stackName, EnableTerminationProtection: false }),
    );
    process.stdout.write(
      `the first deployment of the stack ${stackName} has failed (${stack?.StackStatus}); CDK now deletes what is left of it, and deploys again\n`,
    );
  } catch (error) {
    // CDK may have rights that these credentials lack. So the deployment goes on, and CDK says it if something is wrong.
    process.stderr.write(
      `warning: nobody could check whether the first deployment of the stack ${stackName} has failed: ${(error as Error).message}\n`,
    );
  }
}

async function find(cloudFormation: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    return (await cloudFormation.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
  } catch (error) {
    // CloudFormation has no error of its own for a stack that does not exist.
    if (/does not exist/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Says whether the first deployment of a stack failed. Nothing of such a stack was ever in use. */
function hasNeverStarted(stack: Stack | undefined): boolean {
  return stack?.StackStatus === 'ROLLBACK_COMPLETE' || stack?.StackStatus === 'ROLLBACK_FAILED';
}
