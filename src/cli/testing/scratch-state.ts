import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An empty folder for clusters' state, as FAIRLEAD_STATE until it is disposed of, which removes it. */
export function scratchState(): { readonly folder: string } & Disposable {
  const former = process.env.FAIRLEAD_STATE
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-state-'))
  process.env.FAIRLEAD_STATE = folder
  return {
    folder,
    [Symbol.dispose]() {
      if (former === undefined) delete process.env.FAIRLEAD_STATE
      else process.env.FAIRLEAD_STATE = former
      rmSync(folder, { recursive: true })
    },
  }
}
