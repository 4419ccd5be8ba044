import { App } from 'aws-cdk-lib';
import publication from '../broadsheet.config.ts';
import { BroadsheetStack } from './broadsheet-stack.ts';
import { readDeployment } from './deployment.ts';

const app = new App();
const deployment = readDeployment(process.env);
new BroadsheetStack(app, deployment.stackName, { ...deployment, publication });
app.synth();
