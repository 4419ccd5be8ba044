import { Annotations, App } from 'aws-cdk-lib';
import publication from '../broadsheet.config.ts';
import { BroadsheetStack } from './broadsheet-stack.ts';
import { type Deployment, readDeployment, undecided } from './deployment.ts';

const app = new App();
const deployment = deploymentOrExit();
const stack = new BroadsheetStack(app, deployment.stackName, { ...deployment, publication });
// `npm run synth` deploys nothing, so it needs no variable. CDK refuses to deploy and to compare a stack with an error. It
// can still bootstrap an account, and delete the stack.
if (app.node.tryGetContext('synthOnly') === undefined)
  for (const fault of undecided(process.env)) Annotations.of(stack).addError(fault);
app.synth();

/** A wrong variable is the fault of a person, who needs the sentence and no stack trace. */
function deploymentOrExit(): Deployment {
  try {
    return readDeployment(process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
