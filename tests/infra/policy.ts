// biome-ignore lint/suspicious/noExplicitAny: a template is JSON of many shapes
export type Json = any;
export type Resource = {
  Type: string;
  Properties: Json;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
};
export type TemplateJson = { Resources: Record<string, Resource> };
export type Statement = { Effect: string; Action: string | string[]; Resource: unknown; Condition?: Json };

export const FUNCTIONS = ['Public', 'Editor', 'Tick', 'Work'] as const;
export type FunctionId = (typeof FUNCTIONS)[number];

/**
 * Returns the only resource of a type whose logical id starts with `idStart`. Throws if there is none, or more than
 * one.
 */
export function onlyIn({ Resources }: TemplateJson, type: string, idStart = ''): Resource {
  const found = Object.entries(Resources).filter(([id, { Type }]) => Type === type && id.startsWith(idStart));
  if (found.length !== 1) throw new Error(`${found.length} resources ${type} start with "${idStart}"`);
  return (found[0] as [string, Resource])[1];
}

/** Returns all that the role of a function allows, which is in its only policy. */
export function policyOf(template: TemplateJson, id: FunctionId): Statement[] {
  const role = onlyIn(template, 'AWS::IAM::Role', `${id}Role`).Properties;
  if (role.ManagedPolicyArns || role.Policies) throw new Error(`the role of ${id} has other policies too`);
  return onlyIn(template, 'AWS::IAM::Policy', `${id}Role`).Properties.PolicyDocument.Statement;
}

export const actionsOf = ({ Action }: Statement): string[] => (Array.isArray(Action) ? Action : [Action]);

/**
 * Decides as IAM does whether a role may touch items of these partitions: `ForAllValues:StringLike` on the leading
 * keys.
 */
export function mayTouch(statements: Statement[], action: string, partitions: string[]): boolean {
  return statements.some((statement) => {
    const patterns: string[] =
      statement.Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [];
    return (
      actionsOf(statement).includes(action) &&
      partitions.every((pk) => patterns.some((pattern) => isLike(pattern, pk)))
    );
  });
}

function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
