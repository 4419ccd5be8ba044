import { join } from 'node:path';
import { FunctionCode, FunctionRuntime, Function as ViewerFunction } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';

const ENTRY = join(import.meta.dirname, '..', 'functions', 'accept.edge.ts');

/** `functions/accept.edge.ts` as CloudFront runs it: the same decision as the function behind it, from the same source. */
export function acceptFunction(scope: Construct, id: string): ViewerFunction {
  return new ViewerFunction(scope, id, {
    comment: 'Feeds: a document or a page, by Accept',
    code: FunctionCode.fromInline(code()),
    runtime: FunctionRuntime.JS_2_0,
  });
}

/**
 * CloudFront Functions, "JavaScript runtime 2.0 features": ES5.1 and some of what came later. esbuild writes what is newer
 * in older words, or refuses it. There are no modules; `handler` is global. A function has at most 10 KB.
 */
function code(): string {
  const { outputFiles } = buildSync({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es5',
    supported: { arrow: true, 'const-and-let': true },
  });
  return outputFiles.map(({ text }) => text.replace(/^export \{\s*handler\s*\};$/m, '')).join('');
}
