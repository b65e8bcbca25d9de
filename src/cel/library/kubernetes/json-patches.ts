import { global, type Overload } from '../overload.ts'

/** What JSON patches need. */
export const jsonPatches: readonly Overload[] = [
  global('jsonpatch_escapeKey_string', 'jsonpatch.escapeKey(string): string', (key: string) =>
    key.replaceAll('~', '~0').replaceAll('/', '~1'),
  ),
]
