import type { Random } from '#allocator/bitmap.ts'
import type { Authorizer } from '../access/authorizer.ts'
import type { Admission } from './admission.ts'
import { defaultTolerations } from './default-tolerations.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { nodeRestriction } from './node-restriction.ts'
import { podPriority } from './pod-priority.ts'
import { podSecurity } from './pod-security.ts'
import { rbacEscalation } from './rbac-escalation.ts'
import { reservedAddresses } from './reserved-addresses.ts'
import { serviceAccount } from './service-account.ts'
import { serviceAllocation } from './service-allocators.ts'
import type { ServiceAllocators } from './service-holdings.ts'

/** Every admission, in the order in which they run. */
export const admissionList = (
  allocators: ServiceAllocators,
  authorizer: Authorizer,
  random: Random,
): readonly Admission[] => [
  namespaceLifecycle, // first: in a namespace that is not there nothing else matters
  nodeRestriction, // before what completes a pod: a mirror pod has only what its node gave it
  rbacEscalation(authorizer), // before validation, which tells nobody what is not theirs
  serviceAccount(random), // before validation, which wants its volume's names to be right
  defaultTolerations,
  podSecurity,
  podPriority,
  reservedAddresses(allocators.reserved),
  serviceAllocation(allocators), // last: it takes what a later refusal would have to give back
]
