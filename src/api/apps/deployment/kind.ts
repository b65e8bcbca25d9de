import { kind } from '#api/catalogue/kind.ts'
import { scale, status } from '#api/catalogue/subresource.ts'
import { podOwnerWarnings } from '#api/core/pod/warnings/warnings.ts'
import { deploymentColumns } from './columns.ts'
import { defaultDeployment } from './defaults.ts'
import { prepareDeploymentStatus } from './prepare.ts'
import { deployments } from './resource.ts'
import { validateDeploymentCreate, validateDeploymentStatusUpdate, validateDeploymentUpdate } from './validate.ts'

export const deployment = kind({
  resource: deployments,
  subresources: { scale, status },
  defaults: defaultDeployment,
  prepare: { status: prepareDeploymentStatus },
  validate: {
    create: validateDeploymentCreate,
    update: validateDeploymentUpdate,
    status: validateDeploymentStatusUpdate,
  },
  // Its controller reads annotations too.
  generation: ({ metadata, spec }) => ({ annotations: metadata?.annotations ?? {}, spec: spec ?? {} }),
  resets: { status: [['spec'], ['metadata', 'labels']] },
  columns: deploymentColumns,
  warnings: podOwnerWarnings,
  descriptions: () => import('./descriptions.ts'),
})
