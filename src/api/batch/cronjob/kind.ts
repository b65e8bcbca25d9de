import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { cronJobColumns } from './columns.ts'
import { defaultCronJob } from './defaults.ts'
import { cronJobs } from './resource.ts'
import { validateCronJobCreate, validateCronJobStatusUpdate, validateCronJobUpdate } from './validate.ts'
import { cronJobWarnings } from './warnings.ts'

export const cronJob = kind({
  resource: cronJobs,
  subresources: { status },
  defaults: defaultCronJob,
  validate: {
    create: validateCronJobCreate,
    update: validateCronJobUpdate,
    status: validateCronJobStatusUpdate,
  },
  generation: ({ spec }) => spec,
  columns: cronJobColumns,
  warnings: cronJobWarnings,
  descriptions: () => import('./descriptions.ts'),
})
