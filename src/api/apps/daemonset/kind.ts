import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { templateWarnings } from '#api/core/pod/warnings/warnings.ts'
import { daemonSetColumns } from './columns.ts'
import { defaultDaemonSet } from './defaults.ts'
import { prepareDaemonSetCreate, prepareDaemonSetStatus, prepareDaemonSetUpdate } from './prepare.ts'
import { daemonSets } from './resource.ts'
import { validateDaemonSetCreate, validateDaemonSetStatusUpdate, validateDaemonSetUpdate } from './validate.ts'

export const daemonSet = kind({
  resource: daemonSets,
  subresources: { status },
  defaults: defaultDaemonSet,
  prepare: { create: prepareDaemonSetCreate, update: prepareDaemonSetUpdate, status: prepareDaemonSetStatus },
  validate: {
    create: validateDaemonSetCreate,
    update: validateDaemonSetUpdate,
    status: validateDaemonSetStatusUpdate,
  },
  generation: ({ spec }) => spec,
  columns: daemonSetColumns,
  warnings: ({ spec }) => templateWarnings(spec?.template, 'spec.template'),
  descriptions: () => import('./descriptions.ts'),
})
