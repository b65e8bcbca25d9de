import { validateWorkloadStatusUpdate } from '#api/apps/workload/validate.ts'
import { kind } from '#api/catalogue/kind.ts'
import { scale, status } from '#api/catalogue/subresource.ts'
import { replicaSetColumns } from './columns.ts'
import { defaultReplicaSet } from './defaults.ts'
import { replicaSets } from './resource.ts'
import { validateReplicaSetCreate, validateReplicaSetUpdate } from './validate.ts'

export const replicaSet = kind({
  resource: replicaSets,
  subresources: { scale, status },
  defaults: defaultReplicaSet,
  validate: {
    create: validateReplicaSetCreate,
    update: validateReplicaSetUpdate,
    status: validateWorkloadStatusUpdate,
  },
  generation: ({ spec }) => spec,
  columns: replicaSetColumns,
  fields: { 'status.replicas': (object) => object.status?.replicas ?? 0 },
  descriptions: () => import('./descriptions.ts'),
})
