import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { claimColumns } from './columns.ts'
import { defaultClaim } from './defaults.ts'
import { prepareClaimCreate } from './prepare.ts'
import { persistentVolumeClaims } from './resource.ts'
import { validateClaimCreate, validateClaimUpdate } from './validate.ts'

export const persistentVolumeClaim = kind({
  resource: persistentVolumeClaims,
  subresources: { status },
  defaults: defaultClaim,
  prepare: { create: prepareClaimCreate },
  validate: { create: validateClaimCreate, update: validateClaimUpdate },
  columns: claimColumns,
  answersDeleted: true,
})
