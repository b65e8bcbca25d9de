import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A program of this folder, compiled into a folder of its own, which `remove` takes away. Throws an Error that says
 * what to install where there is no compiler.
 */
export const compileProgram = (name: 'filtered' | 'load' | 'observe'): { readonly program: string; remove(): void } => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-load-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const program = join(folder, name)
  const source = join(import.meta.dirname, `${name}.c`)
  const { error, status, stderr } = spawnSync('cc', ['-O2', '-Wall', '-o', program, source], { encoding: 'utf8' })
  if (error === undefined && status === 0) return { program, remove }
  remove()
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    throw new Error('bench/load is written in C and there is no compiler: apt-get install gcc libc6-dev')
  throw new Error(`bench/load/${name}.c does not compile: ${error?.message ?? stderr}`)
}
