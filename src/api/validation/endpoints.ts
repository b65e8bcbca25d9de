import type { Endpoints } from '#api/core/endpoints/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { familyOf } from '#net/ip-address.ts'
import { checkNonSpecialAddress } from './address.ts'
import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from './field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from './metadata.ts'
import { checkForm, checkPortNumber, dnsLabel, dnsSubdomain, qualifiedName } from './names.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6']
const MOST_ENDPOINTS = 1000
const MOST_ADDRESSES = 100
const MOST_PORTS = 20_000

export const validateEndpointSliceCreate = (slice: EndpointSlice): readonly FieldError[] => [
  ...validateMetadata(slice.metadata, true, dnsSubdomain),
  ...validateSlice(slice),
]

export const validateEndpointSliceUpdate = (slice: EndpointSlice, old: EndpointSlice): readonly FieldError[] => [
  ...validateMetadataUpdate(slice.metadata, old.metadata),
  ...validateSlice(slice),
  ...(slice.addressType === old.addressType ? [] : [immutable('addressType', slice.addressType)]),
]

const validateSlice = (slice: EndpointSlice): readonly FieldError[] => {
  const errors: FieldError[] = []
  const type = slice.addressType
  if (!type) errors.push(required('addressType'))
  else if (!ADDRESS_TYPES.includes(type)) errors.push(notSupported('addressType', type, ADDRESS_TYPES))
  const endpoints = slice.endpoints ?? []
  if (endpoints.length > MOST_ENDPOINTS) return [...errors, tooMany('endpoints', MOST_ENDPOINTS)]
  for (const [index, endpoint] of endpoints.entries()) {
    const at = `endpoints[${index}]`
    const addresses = endpoint.addresses ?? []
    if (addresses.length === 0) errors.push(required(`${at}.addresses`, 'must contain at least 1 address'))
    if (addresses.length > MOST_ADDRESSES) errors.push(tooMany(`${at}.addresses`, MOST_ADDRESSES))
    for (const [place, address] of addresses.entries())
      errors.push(...checkSliceAddress(type, address, `${at}.addresses[${place}]`))
    if (endpoint.nodeName !== undefined) errors.push(...checkForm(dnsSubdomain, endpoint.nodeName, `${at}.nodeName`))
    if (endpoint.hostname) errors.push(...checkForm(dnsLabel, endpoint.hostname, `${at}.hostname`))
  }
  return [...errors, ...validateSlicePorts(slice)]
}

const checkSliceAddress = (type: string, address: string, path: string): readonly FieldError[] => {
  if (type === 'FQDN') return checkForm(dnsSubdomain, address.replace(/\.$/, ''), path)
  if (type !== 'IPv4' && type !== 'IPv6') return []
  const errors = checkNonSpecialAddress(address, path)
  const family = familyOf(address)
  if (family === undefined || family === type) return errors
  return [...errors, invalid(path, address, `must be an ${type} address`)]
}

const validateSlicePorts = (slice: EndpointSlice): readonly FieldError[] => {
  const ports = slice.ports ?? []
  if (ports.length > MOST_PORTS) return [tooMany('ports', MOST_PORTS)]
  const names = new Set<string>()
  return ports.flatMap((port, index) => {
    const at = `ports[${index}]`
    const errors: FieldError[] = []
    const name = port.name ?? ''
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    names.add(name)
    if (name !== '') errors.push(...checkForm(dnsLabel, name, `${at}.name`))
    if (port.protocol === undefined) errors.push(required(`${at}.protocol`))
    else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(`${at}.protocol`, port.protocol, PROTOCOLS))
    if (port.port !== undefined) errors.push(...checkPortNumber(port.port, `${at}.port`))
    if (port.appProtocol !== undefined) errors.push(...checkForm(qualifiedName, port.appProtocol, `${at}.appProtocol`))
    return errors
  })
}

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
