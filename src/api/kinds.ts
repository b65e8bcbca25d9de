import { admissionRegistrationKinds } from './admissionregistration/kinds.ts'
import { apiextensionsKinds } from './apiextensions/kinds.ts'
import { apiregistrationKinds } from './apiregistration/kinds.ts'
import { appsKinds } from './apps/kinds.ts'
import { autoscalingKinds } from './autoscaling/kinds.ts'
import { batchKinds } from './batch/kinds.ts'
import type { Kind } from './catalogue/kind.ts'
import { certificatesKinds } from './certificates/kinds.ts'
import { coordinationKinds } from './coordination/kinds.ts'
import { coreKinds } from './core/kinds.ts'
import { discoveryKinds } from './discovery/kinds.ts'
import { eventsKinds } from './events/kinds.ts'
import { flowcontrolKinds } from './flowcontrol/kinds.ts'
import { metricsKinds } from './metrics/kinds.ts'
import { networkingKinds } from './networking/kinds.ts'
import { nodeKinds } from './node/kinds.ts'
import { policyKinds } from './policy/kinds.ts'
import { rbacKinds } from './rbac/kinds.ts'
import { schedulingKinds } from './scheduling/kinds.ts'
import { storageKinds } from './storage/kinds.ts'

/**
 * What a server serves when it starts, in the order in which discovery names it: the core group first, then the groups
 * as Kubernetes prefers them.
 */
export const builtInKinds: readonly Kind[] = [
  ...coreKinds,
  ...apiregistrationKinds,
  ...appsKinds,
  ...eventsKinds,
  ...autoscalingKinds,
  ...batchKinds,
  ...certificatesKinds,
  ...networkingKinds,
  ...policyKinds,
  ...rbacKinds,
  ...storageKinds,
  ...admissionRegistrationKinds,
  ...apiextensionsKinds,
  ...schedulingKinds,
  ...coordinationKinds,
  ...nodeKinds,
  ...discoveryKinds,
  ...flowcontrolKinds,
  ...metricsKinds,
]
