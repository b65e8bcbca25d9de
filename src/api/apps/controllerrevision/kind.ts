import { kind } from '#api/catalogue/kind.ts'
import { controllerRevisionColumns } from './columns.ts'
import { controllerRevisions } from './resource.ts'
import { validateControllerRevisionCreate, validateControllerRevisionUpdate } from './validate.ts'

export const controllerRevision = kind({
  resource: controllerRevisions,
  validate: { create: validateControllerRevisionCreate, update: validateControllerRevisionUpdate },
  columns: controllerRevisionColumns,
  descriptions: () => import('./descriptions.ts'),
})
