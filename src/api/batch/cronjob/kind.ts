import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { cronJobColumns } from './columns.ts'
import { cronJobs } from './resource.ts'

export const cronJob = kind({
  resource: cronJobs,
  subresources: { status },
  generation: ({ spec }) => spec,
  isInert: true,
  columns: cronJobColumns,
})
