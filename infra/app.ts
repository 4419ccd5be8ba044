import { App } from 'aws-cdk-lib';
import { BroadsheetStack } from './broadsheet-stack.ts';
import { readDeployment } from './deployment.ts';

const app = new App();
const deployment = readDeployment(process.env);
new BroadsheetStack(app, deployment.stackName, deployment);
app.synth();
