import { checkNonSpecialAddress } from '#api/validation/address.ts'
import { duplicate, type FieldError, invalid, notSupported, required, tooMany } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, checkPortNumber, dnsLabel, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { familyOf } from '#net/ip-address.ts'
import type { EndpointSlice } from './message.ts'

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
  if (endpoints.length > MOST_ENDPOINTS) return [...errors, tooMany('endpoints', MOST_ENDPOINTS, endpoints.length)]
  for (const [index, endpoint] of endpoints.entries()) {
    const at = `endpoints[${index}]`
    const addresses = endpoint.addresses ?? []
    if (addresses.length === 0) errors.push(required(`${at}.addresses`, 'must contain at least 1 address'))
    if (addresses.length > MOST_ADDRESSES) errors.push(tooMany(`${at}.addresses`, MOST_ADDRESSES, addresses.length))
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
  if (ports.length > MOST_PORTS) return [tooMany('ports', MOST_PORTS, ports.length)]
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
