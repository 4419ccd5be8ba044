import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { BroadsheetStack } from '../../infra/broadsheet-stack.ts';
import { type Deployment, readDeployment } from '../../infra/deployment.ts';
import publication from '../support/publication.ts';
import {
  type FunctionId,
  onlyIn,
  policyOf,
  type Resource,
  type Statement,
  type TemplateJson,
} from './policy.ts';

/**
 * Makes an app without bundles, and without CDK's check of the template, which takes five seconds. `npm run synth` has
 * both.
 */
export function quickApp(): App {
  return new App({ context: { 'aws:cdk:bundling-stacks': [] }, builtinCloudFormationValidation: false });
}

/** Returns the template of the stack as CloudFormation gets it, except for the bundles. */
export function synthesize(deployment: Partial<Deployment> = {}): Template {
  return Template.fromStack(
    new BroadsheetStack(quickApp(), 'Broadsheet', { ...readDeployment({}), ...deployment, publication }),
  );
}

export function resourcesOf(template: Template, type: string): Record<string, Resource> {
  return template.findResources(type) as Record<string, Resource>;
}

export function only(template: Template, type: string, idStart = ''): Resource {
  return onlyIn(template.toJSON() as TemplateJson, type, idStart);
}

/** Returns all that the role of a function allows. */
export function statementsOf(template: Template, id: FunctionId): Statement[] {
  return policyOf(template.toJSON() as TemplateJson, id);
}
