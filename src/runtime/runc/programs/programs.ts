import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

import { RuntimeError } from '../../runtime-error.ts'

/**
 * The full path of a program on $PATH, or in the system's own folders where $PATH lacks them. Throws RuntimeError
 * RUNTIME_PROGRAM_MISSING.
 */
export function findProgram(name: string): string {
  const folders = [
    ...(process.env.PATH ?? '').split(':'),
    '/usr/local/sbin',
    '/usr/local/bin',
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
    '/bin',
  ]
  for (const folder of folders.filter((path) => path.startsWith('/'))) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // The next folder.
    }
  }
  throw new RuntimeError('RUNTIME_PROGRAM_MISSING', `the program '${name}' is missing: apt-get install ${name}`)
}
