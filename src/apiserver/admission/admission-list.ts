import type { Random } from '#allocator/bitmap.ts'
import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { Authorizer } from '../access/authorizer.ts'
import type { Admission } from './admission.ts'
import { certificateRequests } from './certificates/certificate-requests.ts'
import { defaultIngressClass } from './default-ingress-class.ts'
import { defaultTolerations } from './default-tolerations.ts'
import { limitRanger } from './limits/limit-ranger.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { nodeRestriction } from './node-restriction.ts'
import { podPriority } from './pod-priority.ts'
import { podSecurity } from './pod-security.ts'
import { podTopologyLabels } from './pod-topology-labels.ts'
import { resourceQuota } from './quotas/resource-quota.ts'
import { rbacEscalation } from './rbac-escalation.ts'
import { runtimeClass } from './runtimes/runtime-class.ts'
import { serviceAccount } from './service-account.ts'
import { ipAddressAllocation } from './services/ip-addresses.ts'
import { reservedAddresses } from './services/reserved-addresses.ts'
import { serviceAllocation } from './services/service-allocators.ts'
import type { ServiceAllocators } from './services/service-holdings.ts'
import { claimResize } from './storage/claim-resize.ts'
import { defaultStorageClass } from './storage/default-storage-class.ts'
import { inUseProtection } from './storage/in-use-protection.ts'
import { taintNodesByCondition } from './taint-nodes-by-condition.ts'

interface AdmissionNeeds {
  readonly allocators: ServiceAllocators
  readonly authorizer: Authorizer
  readonly catalogue: Catalogue
  readonly random: Random
  readonly now: () => Date
}

/** Every admission, in the order in which they run. */
export const admissionList = ({
  allocators,
  authorizer,
  catalogue,
  random,
  now,
}: AdmissionNeeds): readonly Admission[] => [
  namespaceLifecycle, // first: in a namespace that is not there nothing else matters
  nodeRestriction, // before what completes a pod: a mirror pod has only what its node gave it
  rbacEscalation(authorizer), // before validation, which tells nobody what is not theirs
  limitRanger,
  serviceAccount(random), // before validation, which wants its volume's names to be right
  certificateRequests(authorizer, now),
  taintNodesByCondition,
  defaultTolerations,
  podSecurity,
  podPriority,
  podTopologyLabels,
  runtimeClass, // after default tolerations: those of the class come behind
  defaultStorageClass,
  inUseProtection,
  claimResize,
  defaultIngressClass,
  reservedAddresses(allocators.reserved),
  ipAddressAllocation(allocators),
  serviceAllocation(allocators), // late: it takes what a later refusal would have to give back
  resourceQuota(catalogue, now), // last: it counts what nobody has refused
]
