import type { Transaction } from '../admission/admission.ts'

/**
 * Runs `body`, then what it handed to `onCommit`; where it throws, or in a dry run, what it handed to `onRollback`, the
 * last first. Synchronous, so that nothing comes between.
 */
export const transact = <T>(dryRun: boolean, body: (transaction: Transaction) => T): T => {
  const undo: (() => void)[] = []
  const commit: (() => void)[] = []
  const transaction: Transaction = {
    dryRun,
    onRollback: (action) => undo.push(action),
    onCommit: (action) => commit.push(action),
  }
  let result: T
  try {
    result = body(transaction)
  } catch (error) {
    for (const action of undo.reverse()) action()
    throw error
  }
  for (const action of dryRun ? undo.reverse() : commit) action()
  return result
}
