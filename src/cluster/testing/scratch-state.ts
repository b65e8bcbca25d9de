import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A state folder of the test's own, not made yet. */
export const scratchState = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-state-'))
  const former = process.env.FAIRLEAD_STATE
  const root = join(folder, 'state')
  process.env.FAIRLEAD_STATE = root
  return {
    root,
    [Symbol.dispose]: () => {
      if (former === undefined) delete process.env.FAIRLEAD_STATE
      else process.env.FAIRLEAD_STATE = former
      rmSync(folder, { recursive: true })
    },
  }
}
