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
