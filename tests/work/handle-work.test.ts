import { build } from 'esbuild';
import { expect, it } from 'vitest';

/** Returns the packages that a process loads if it loads this file of ours. Imports of types load nothing. */
async function packagesOf(file: string): Promise<string[]> {
  const options = {
    bundle: true,
    write: false,
    metafile: true,
    packages: 'external',
    format: 'esm',
  } as const;
  const { metafile } = await build({ entryPoints: [file], treeShaking: false, ...options });
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
  return [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))];
}

it('what sends batches does not load MJML, which would take 50 MB of its memory', async () => {
  for (const file of ['functions/work/handle-work.ts', 'functions/work/run-tick.ts'])
    expect(await packagesOf(file), file).not.toContain('mjml');
  expect(await packagesOf('functions/work/handle-compose.ts')).toContain('mjml');
});
