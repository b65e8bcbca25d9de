import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { resourceQuotaColumns } from './columns.ts'
import { resourceQuotas } from './resource.ts'

export const resourceQuota = kind({
  resource: resourceQuotas,
  subresources: { status },
  answersDeleted: true,
  columns: resourceQuotaColumns,
})
