import { kind } from '#api/catalogue/kind.ts'
import { leaseColumns } from './columns.ts'
import { leases } from './resource.ts'
import { validateLeaseCreate, validateLeaseUpdate } from './validate.ts'

export const lease = kind({
  resource: leases,
  validate: { create: validateLeaseCreate, update: validateLeaseUpdate },
  isConditional: true,
  isCreatedByPut: true,
  columns: leaseColumns,
})
