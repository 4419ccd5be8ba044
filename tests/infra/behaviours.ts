import type { Json } from './policy.ts';

/** Returns how CloudFront handles a path: by the first behaviour whose pattern fits, and otherwise by the default. */
export function behaviourFor(distributionConfig: Json, path: string): Json {
  const { CacheBehaviors, DefaultCacheBehavior } = distributionConfig;
  return (
    CacheBehaviors.find(({ PathPattern }: { PathPattern: string }) => fits(PathPattern, path)) ??
    DefaultCacheBehavior
  );
}

/** Decides as CloudFront does whether a path fits a pattern, in which `*` stands for any text. */
export function fits(pattern: string, path: string): boolean {
  return new RegExp(`^${pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(path);
}
