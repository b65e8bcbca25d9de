import { join } from 'node:path'
import { build } from 'esbuild'

const top = join(import.meta.dirname, '..', '..')

/** Bundles programs as script/build does, so that what is measured is what runs. Paths from the top of the repository. */
export const bundlePrograms = (programs: readonly string[], folder: string): Promise<unknown> =>
  build({
    entryPoints: programs.map((path) => join(top, path)),
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    alias: { 'node:http': join(top, 'script', 'bundle', 'node-http.mjs') },
    external: ['koffi'],
    banner: { js: 'import{createRequire as r}from"node:module";const require=r(import.meta.url);' },
    logLevel: 'warning',
  })
