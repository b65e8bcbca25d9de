import { kind } from '#api/catalogue/kind.ts'
import { scale, status } from '#api/catalogue/subresource.ts'
import { podOwnerWarnings } from '#api/core/pod/warnings/warnings.ts'
import { replicaSetColumns } from './columns.ts'
import { defaultReplicaSet } from './defaults.ts'
import { replicaSets } from './resource.ts'
import { validateReplicaSetCreate, validateReplicaSetStatusUpdate, validateReplicaSetUpdate } from './validate.ts'

export const replicaSet = kind({
  resource: replicaSets,
  subresources: { scale, status },
  defaults: defaultReplicaSet,
  validate: {
    create: validateReplicaSetCreate,
    update: validateReplicaSetUpdate,
    status: validateReplicaSetStatusUpdate,
  },
  generation: ({ spec }) => spec,
  columns: replicaSetColumns,
  fields: { 'status.replicas': (object) => object.status?.replicas ?? 0 },
  warnings: podOwnerWarnings,
  descriptions: () => import('./descriptions.ts'),
})
