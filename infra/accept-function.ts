import { join } from 'node:path';
import { FunctionCode, FunctionRuntime, Function as ViewerFunction } from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';

const ENTRY = join(import.meta.dirname, '..', 'functions', 'accept.edge.ts');

/**
 * Makes a CloudFront function of `functions/accept.edge.ts`. The public function behind the edge uses the same source, so both
 * decide alike.
 */
export function acceptFunction(scope: Construct, id: string): ViewerFunction {
  return new ViewerFunction(scope, id, {
    comment: 'Feeds: a document or a page, by Accept',
    code: FunctionCode.fromInline(code()),
    runtime: FunctionRuntime.JS_2_0,
  });
}

/**
 * Returns the source as CloudFront can run it. The runtime knows ES5.1 and some later features (CloudFront Functions,
 * "JavaScript runtime 2.0 features"). esbuild rewrites newer features, or refuses them. The runtime has no modules, so the
 * `handler` must be global. A function has at most 10 KB.
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
