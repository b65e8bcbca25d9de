import type { ClusterFacts } from '../../cluster/facts.ts'
import { claimantRef } from '../../cluster/lookup.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Decision } from '../../walk/decision.ts'
import { kernelState } from '../../walk/kernel-state.ts'
import type { Path } from '../../walk/path.ts'
import { look } from '../cure.ts'

/** The kernels of nodes that decide hold the frontend otherwise than its objects say. */
export const kernelBehind = (
  facts: ClusterFacts,
  { target, protocol }: Path,
  decision: Decision,
): Finding | undefined => {
  const { claimed, view, nodes } = decision
  if (claimed === undefined) return undefined
  const state = kernelState(facts, view, target, protocol)
  if (state === undefined || (state.code !== 'behind' && state.code !== 'refused')) return undefined
  return {
    reason: 'kernel-behind',
    service: claimantRef(claimed.service),
    nodes,
    differences: state.differences,
    ...(state.code === 'refused' && { message: state.message }),
    cures: [look({ code: 'show-status' }, 'fairlead', 'status')],
  }
}
