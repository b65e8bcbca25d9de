import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { build } from 'esbuild'
import type { Life } from './server-process.ts'

/** Bundles the server into a folder, for a process to start in a tenth of the time. */
export const bundleServer = async (folder: string): Promise<void> => {
  const source = join(import.meta.dirname, '..', '..', 'src')
  await build({
    entryPoints: [
      join(import.meta.dirname, 'server-process.ts'),
      join(source, 'apiserver', 'storage', 'sqlite', 'database-worker.ts'),
    ],
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    external: ['koffi'],
    banner: { js: 'import{createRequire as r}from"node:module";const require=r(import.meta.url);' },
    logLevel: 'warning',
  })
}

/** A process that is there to be killed. */
export class Victim {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #ready: Promise<void>

  /** It loads its program, and waits for go(). */
  constructor(bundle: string, life: Life) {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(bundle, 'server-process.mjs'), JSON.stringify(life)],
      { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, NODE_COMPILE_CACHE: join(bundle, 'cache') } },
    )
    this.#child = child
    this.#ended = once(child, 'exit')
    this.#ready = new Promise((resolve, reject) => {
      child.stdout!.once('data', () => resolve())
      child.once('exit', (code, signal) => reject(new Error(`it ended before it was ready: ${signal ?? code}`)))
    })
    // Whoever waits for it is told.
    this.#ready.catch(() => {})
    // Killed while it is written to.
    child.stdin!.on('error', () => {})
  }

  go(): void {
    this.#child.stdin!.write('go\n')
  }

  /** It answers. Rejects where it ends before. */
  get ready(): Promise<void> {
    return this.#ready
  }

  /** At once, whatever it is at. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}
