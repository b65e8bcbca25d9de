import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { ingressColumns } from './columns.ts'
import { ingresses } from './resource.ts'
import { validateIngressCreate, validateIngressStatus, validateIngressUpdate } from './validate.ts'
import { ingressWarnings } from './warnings.ts'

export const ingress = kind({
  resource: ingresses,
  subresources: { status },
  validate: { create: validateIngressCreate, update: validateIngressUpdate, status: validateIngressStatus },
  generation: ({ spec }) => spec ?? {},
  columns: ingressColumns,
  warnings: ingressWarnings,
})
