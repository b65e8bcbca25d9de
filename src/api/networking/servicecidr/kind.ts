import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { AGE, column, NAME } from '#api/table/column.ts'
import type { ServiceCIDR } from './message.ts'
import { serviceCidrs } from './resource.ts'
import { validateServiceCidrCreate, validateServiceCidrUpdate } from './validate.ts'

export const serviceCidr = kind({
  resource: serviceCidrs,
  subresources: { status },
  validate: { create: validateServiceCidrCreate, update: validateServiceCidrUpdate },
  columns: [
    NAME,
    column('CIDRs', 'The ranges that ClusterIPs come from.', ({ spec }: ServiceCIDR) => (spec?.cidrs ?? []).join(',')),
    AGE,
  ],
})
