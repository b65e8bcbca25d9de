import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { jobColumns } from './columns.ts'
import { jobs } from './resource.ts'

export const job = kind({
  resource: jobs,
  subresources: { status },
  generation: ({ spec }) => spec,
  fields: { 'status.successful': (object) => object.status?.succeeded ?? 0 },
  isInert: true,
  columns: jobColumns,
})
