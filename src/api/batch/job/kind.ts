import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { jobColumns } from './columns.ts'
import { defaultJob } from './defaults.ts'
import { prepareJobCreate } from './prepare.ts'
import { jobs } from './resource.ts'
import { validateJobCreate, validateJobUpdate } from './validate/job.ts'
import { validateJobStatusUpdate } from './validate/status.ts'
import { jobWarnings } from './warnings.ts'

export const job = kind({
  resource: jobs,
  subresources: { status },
  defaults: defaultJob,
  prepare: { create: prepareJobCreate },
  validate: { create: validateJobCreate, update: validateJobUpdate, status: validateJobStatusUpdate },
  generation: ({ spec }) => spec,
  fields: { 'status.successful': (object) => object.status?.succeeded ?? 0 },
  deletion: {
    orphans: true,
    orphansWarning:
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  },
  columns: jobColumns,
  warnings: jobWarnings,
  descriptions: () => import('./descriptions.ts'),
})
