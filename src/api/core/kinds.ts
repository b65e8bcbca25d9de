import type { Kind } from '#api/catalogue/kind.ts'
import { componentStatus } from './componentstatus/kind.ts'
import { configMap } from './configmap/kind.ts'
import { endpoints } from './endpoints/kind.ts'
import { event } from './event/kind.ts'
import { limitRange } from './limitrange/kind.ts'
import { namespace } from './namespace/kind.ts'
import { node } from './node/kind.ts'
import { persistentVolume } from './persistentvolume/kind.ts'
import { persistentVolumeClaim } from './persistentvolumeclaim/kind.ts'
import { pod } from './pod/kind.ts'
import { podTemplate } from './podtemplate/kind.ts'
import { replicationController } from './replicationcontroller/kind.ts'
import { resourceQuota } from './resourcequota/kind.ts'
import { secret } from './secret/kind.ts'
import { service } from './service/kind.ts'
import { serviceAccount } from './serviceaccount/kind.ts'

/** What is served of the core group, in discovery's order. */
export const coreKinds: readonly Kind[] = [
  componentStatus,
  configMap,
  endpoints,
  event,
  limitRange,
  namespace,
  node,
  persistentVolumeClaim,
  persistentVolume,
  pod,
  podTemplate,
  replicationController,
  resourceQuota,
  secret,
  serviceAccount,
  service,
]
