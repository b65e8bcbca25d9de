import { validateWorkloadStatusUpdate } from '#api/apps/workload/validate.ts'
import { kind } from '#api/catalogue/kind.ts'
import { scale, status } from '#api/catalogue/subresource.ts'
import { deploymentColumns } from './columns.ts'
import { defaultDeployment } from './defaults.ts'
import { prepareDeploymentStatus } from './prepare.ts'
import { deployments } from './resource.ts'
import { validateDeploymentCreate, validateDeploymentUpdate } from './validate.ts'

export const deployment = kind({
  resource: deployments,
  subresources: { scale, status },
  defaults: defaultDeployment,
  prepare: { status: prepareDeploymentStatus },
  validate: {
    create: validateDeploymentCreate,
    update: validateDeploymentUpdate,
    status: validateWorkloadStatusUpdate,
  },
  // Its controller reads annotations too.
  generation: ({ metadata, spec }) => ({ annotations: metadata?.annotations ?? {}, spec: spec ?? {} }),
  columns: deploymentColumns,
  descriptions: () => import('./descriptions.ts'),
})
