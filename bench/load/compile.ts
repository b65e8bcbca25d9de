import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The load generator, compiled into a folder of its own, which `remove` takes away. Throws an Error that says what to install where there is no compiler. */
export const compileLoad = (): { readonly program: string; remove(): void } => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-load-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const program = join(folder, 'load')
  const source = join(import.meta.dirname, 'load.c')
  const { error, status, stderr } = spawnSync('cc', ['-O2', '-Wall', '-o', program, source], { encoding: 'utf8' })
  if (error === undefined && status === 0) return { program, remove }
  remove()
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    throw new Error('the load generator is written in C and there is no compiler: apt-get install gcc libc6-dev')
  throw new Error(`bench/load/load.c does not compile: ${error?.message ?? stderr}`)
}
