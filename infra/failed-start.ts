import {
  CloudFormationClient,
  DescribeStacksCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { readDeployment } from './deployment.ts';

/** The states of a stack whose first deployment failed. Nothing of such a stack was ever in use. */
const FAILED_START = ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED'];

/**
 * `npm run deploy` runs this before CDK. CDK deletes a stack whose first deployment failed, and then makes it again. But
 * CDK has protected the stack against deletion before that first deployment, so CloudFormation would refuse. This file
 * takes the protection away if the first deployment failed, and only then. CDK protects the new stack again.
 */
const { stackName } = readDeployment(process.env);
try {
  const cloudFormation = new CloudFormationClient();
  const status = await statusOf(cloudFormation, stackName);
  if (status && FAILED_START.includes(status)) {
    await cloudFormation.send(
      new UpdateTerminationProtectionCommand({ StackName: stackName, EnableTerminationProtection: false }),
    );
    process.stdout.write(
      `the first deployment of the stack ${stackName} has failed (${status}); CDK now deletes what is left of it, and deploys again\n`,
    );
  }
} catch (error) {
  // CDK may have rights that these credentials lack. So the deployment goes on, and CDK says it if something is wrong.
  process.stderr.write(
    `warning: nobody could check whether the first deployment of the stack ${stackName} has failed: ${(error as Error).message}\n`,
  );
}

async function statusOf(cloudFormation: CloudFormationClient, name: string): Promise<string | undefined> {
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks?.[0]?.StackStatus;
  } catch (error) {
    // CloudFormation has no error of its own for a stack that does not exist.
    if (/does not exist/.test((error as Error).message)) return undefined;
    throw error;
  }
}
