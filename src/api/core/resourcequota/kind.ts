import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { resourceQuotaColumns } from './columns.ts'
import { resourceQuotas } from './resource.ts'
import { validateQuotaCreate, validateQuotaStatus, validateQuotaUpdate } from './validate.ts'

export const resourceQuota = kind({
  resource: resourceQuotas,
  subresources: { status },
  validate: { create: validateQuotaCreate, update: validateQuotaUpdate, status: validateQuotaStatus },
  answersDeleted: true,
  columns: resourceQuotaColumns,
})
