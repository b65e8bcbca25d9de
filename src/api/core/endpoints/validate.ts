import { checkNonSpecialAddress } from '#api/validation/address.ts'
import { type FieldError, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, checkPortNumber, dnsLabel, dnsSubdomain } from '#api/validation/names.ts'
import type { Endpoints } from './message.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

export const validateEndpointsCreate = (endpoints: Endpoints): readonly FieldError[] => [
  ...validateMetadata(endpoints.metadata, true, dnsSubdomain),
  ...validateSubsets(endpoints),
]

export const validateEndpointsUpdate = (endpoints: Endpoints, old: Endpoints): readonly FieldError[] => [
  ...validateMetadataUpdate(endpoints.metadata, old.metadata),
  ...validateSubsets(endpoints),
]

const validateSubsets = ({ subsets = [] }: Endpoints): readonly FieldError[] =>
  subsets.flatMap((subset, index) => {
    const at = `subsets[${index}]`
    const errors: FieldError[] = []
    const lists = ['addresses', 'notReadyAddresses'] as const
    if (lists.every((list) => (subset[list] ?? []).length === 0))
      errors.push(required(at, 'must specify `addresses` or `notReadyAddresses`'))
    for (const list of lists)
      for (const [place, address] of (subset[list] ?? []).entries()) {
        const path = `${at}.${list}[${place}]`
        errors.push(...checkNonSpecialAddress(address.ip, `${path}.ip`))
        if (address.hostname) errors.push(...checkForm(dnsLabel, address.hostname, `${path}.hostname`))
        if (address.nodeName !== undefined)
          errors.push(...checkForm(dnsSubdomain, address.nodeName, `${path}.nodeName`))
      }
    const ports = subset.ports ?? []
    for (const [place, port] of ports.entries()) {
      const path = `${at}.ports[${place}]`
      if (port.name) errors.push(...checkForm(dnsLabel, port.name, `${path}.name`))
      else if (ports.length > 1) errors.push(required(`${path}.name`))
      errors.push(...checkPortNumber(port.port ?? 0, `${path}.port`))
      if (!port.protocol) errors.push(required(`${path}.protocol`))
      else if (!PROTOCOLS.includes(port.protocol))
        errors.push(notSupported(`${path}.protocol`, port.protocol, PROTOCOLS))
    }
    return errors
  })
