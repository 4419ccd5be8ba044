import { expect, test } from 'vitest';
import type { Resource, TemplateJson } from './policy.ts';
import { synthesize } from './synthesized.ts';

/** What stays of a stack that is deleted, or whose first deployment fails, must not be in the way of the next deployment. */

const { Resources } = synthesize().toJSON() as TemplateJson;
const RETAINS = ['Retain', 'RetainExceptOnCreate', 'Snapshot'];
const stays = Object.values(Resources).filter(({ DeletionPolicy, UpdateReplacePolicy }) =>
  [DeletionPolicy, UpdateReplacePolicy].some((policy) => policy && RETAINS.includes(policy)),
);

test('only the table and the secret stay when the stack is deleted', () => {
  expect(stays.map(({ Type, DeletionPolicy }) => [Type, DeletionPolicy])).toEqual([
    // CloudFormation cannot delete a table that is protected, so the table also stays when the first deployment fails.
    ['AWS::DynamoDB::Table', 'Retain'],
    ['AWS::SecretsManager::Secret', 'RetainExceptOnCreate'],
  ]);
});

test('nothing that stays has a fixed name, so the next deployment can make its own', () => {
  // CloudFormation calls the property that names a resource Name, TableName, BucketName or the like.
  const names = (resource: Resource) => Object.keys(resource.Properties).filter((key) => /Name$/.test(key));
  expect(stays.map((resource) => [resource.Type, names(resource)])).toEqual(
    stays.map(({ Type }) => [Type, []]),
  );
});

test('queues, logs and the group of the schedule are deleted with the stack', () => {
  const kinds = ['AWS::SQS::Queue', 'AWS::Logs::LogGroup', 'AWS::Scheduler::ScheduleGroup'];
  const found = Object.values(Resources).filter(({ Type }) => kinds.includes(Type));
  expect(found).toHaveLength(6 + 4 + 1);
  expect(found.filter(({ DeletionPolicy }) => DeletionPolicy !== 'Delete')).toEqual([]);
});
