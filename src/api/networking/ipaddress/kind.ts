import { kind } from '#api/catalogue/kind.ts'
import { AGE, column, NAME } from '#api/table/column.ts'
import type { IPAddress } from './message.ts'
import { ipAddresses } from './resource.ts'
import { validateIpAddressCreate, validateIpAddressUpdate } from './validate.ts'

/** `services/default/web`, `gateways.lab.example/team/edge`. */
const parentOf = ({ spec }: IPAddress): string => {
  const { group, resource = '', namespace, name = '' } = spec?.parentRef ?? {}
  const of = group ? `${resource}.${group}` : resource
  return namespace ? `${of}/${namespace}/${name}` : `${of}/${name}`
}

export const ipAddress = kind({
  resource: ipAddresses,
  validate: { create: validateIpAddressCreate, update: validateIpAddressUpdate },
  columns: [NAME, column('ParentRef', 'Who has the address.', parentOf), AGE],
})
