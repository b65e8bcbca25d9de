import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Role } from '../role.ts'

/** The program of a role: bundled beside this file, or its source where nothing is bundled. */
export const programOf = (role: Role): readonly string[] => {
  const bundle = join(import.meta.dirname, `${role}.mjs`)
  return [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    // What loads thousands of Services leaves most of its objects behind: a small space for young ones.
    '--max-semi-space-size=4',
    existsSync(bundle) ? bundle : join(import.meta.dirname, `${role}.ts`),
  ]
}

/**
 * What a role's program finds in its environment. Node.js keeps 64 KiB for each TLS connection, to read into, of which a
 * watcher uses a page: as a mapping of its own it takes that page. A heap a thread holds on to what compilers have given
 * back (docs/adr/0071-what-malloc-keeps.md).
 */
export const environmentOf = (role: Role): Readonly<Record<string, string>> =>
  role === 'control-plane' ? { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '40960', MALLOC_TOP_PAD_: '0' } : {}
