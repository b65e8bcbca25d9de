import { kind } from '#api/catalogue/kind.ts'
import { scale, status } from '#api/catalogue/subresource.ts'
import { statefulSetColumns } from './columns.ts'
import { defaultStatefulSet } from './defaults.ts'
import { prepareStatefulSetCreate, prepareStatefulSetUpdate } from './prepare.ts'
import { statefulSets } from './resource.ts'
import { validateStatefulSetCreate, validateStatefulSetStatusUpdate, validateStatefulSetUpdate } from './validate.ts'
import { statefulSetWarnings } from './warnings.ts'

export const statefulSet = kind({
  resource: statefulSets,
  subresources: { scale, status },
  defaults: defaultStatefulSet,
  prepare: { create: prepareStatefulSetCreate, update: prepareStatefulSetUpdate },
  validate: {
    create: validateStatefulSetCreate,
    update: validateStatefulSetUpdate,
    status: validateStatefulSetStatusUpdate,
  },
  generation: ({ spec }) => spec,
  columns: statefulSetColumns,
  warnings: statefulSetWarnings,
  descriptions: () => import('./descriptions.ts'),
})
