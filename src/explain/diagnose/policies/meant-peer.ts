import type { Labels } from '#objects/object.ts'
import type { Party } from '#policy/why.ts'
import type { PolicyView } from '../../policies/policy-view.ts'
import { workloadRef } from '../../policies/workload.ts'
import type { MeantPeer } from '../../trace/effect.ts'
import type { PolicyEnd } from '../../trace/policies/word.ts'
import { labelsOf } from './peer-of.ts'

/** Whom a peer that is made for one end means, for the words of a cure. `selector`: of the Service that led there. */
export function meantPeer(view: PolicyView, { pod }: Party, peer: PolicyEnd, selector: Labels | undefined): MeantPeer {
  if (pod === undefined) return { peer }
  if (Object.keys(labelsOf(pod.labels, selector)).length === 0) return { peer, all: pod.namespace }
  const workload = workloadRef(view, pod)
  return { peer, ...(workload && { workload }) }
}
