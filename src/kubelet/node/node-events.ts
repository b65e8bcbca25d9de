import type { NodeCondition } from '#api/core/node/message.ts'
import { findCondition } from '#objects/conditions.ts'

/** What a kubelet says of its node: under a reason, in words. */
export type NodeRecorder = (reason: string, message: string) => void

/** The reasons of a condition that is True, and of one that is not. */
const REASONS: readonly (readonly [type: string, yes: string, no: string])[] = [
  ['MemoryPressure', 'NodeHasInsufficientMemory', 'NodeHasSufficientMemory'],
  ['DiskPressure', 'NodeHasDiskPressure', 'NodeHasNoDiskPressure'],
  ['PIDPressure', 'NodeHasInsufficientPID', 'NodeHasSufficientPID'],
  ['Ready', 'NodeReady', 'NodeNotReady'],
]

/** Tells of each condition that is another than before; of a node that is new, of all. */
export const tellConditions = (
  record: NodeRecorder,
  name: string,
  before: readonly NodeCondition[] | undefined,
  after: readonly NodeCondition[] | undefined,
): void => {
  for (const [type, yes, no] of REASONS) {
    const status = findCondition(after, type)?.status
    if (status === undefined || status === findCondition(before, type)?.status) continue
    const reason = status === 'True' ? yes : no
    record(reason, `Node ${name} status is now: ${reason}`)
  }
}
