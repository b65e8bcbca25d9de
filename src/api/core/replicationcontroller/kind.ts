import { kind } from '#api/catalogue/kind.ts'
import { scale, status } from '#api/catalogue/subresource.ts'
import { podOwnerWarnings } from '../pod/warnings/warnings.ts'
import { replicationControllerColumns } from './columns.ts'
import { defaultReplicationController } from './defaults.ts'
import { replicationControllers } from './resource.ts'
import {
  validateReplicationControllerCreate,
  validateReplicationControllerStatusUpdate,
  validateReplicationControllerUpdate,
} from './validate.ts'

export const replicationController = kind({
  resource: replicationControllers,
  subresources: { scale, status },
  defaults: defaultReplicationController,
  validate: {
    create: validateReplicationControllerCreate,
    update: validateReplicationControllerUpdate,
    status: validateReplicationControllerStatusUpdate,
  },
  generation: ({ spec }) => spec,
  deletion: { orphans: true },
  columns: replicationControllerColumns,
  fields: { 'status.replicas': (object) => object.status?.replicas ?? 0 },
  warnings: podOwnerWarnings,
  descriptions: () => import('./descriptions.ts'),
})
