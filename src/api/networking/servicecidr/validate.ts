import { checkCanonicalCidr, checkCidr } from '#api/validation/address.ts'
import { type FieldError, invalid, required } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { familyOf } from '#net/ip-address.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { ServiceCIDR } from './message.ts'

const PATH = 'spec.cidrs'

export const validateServiceCidrCreate = ({ metadata, spec }: ServiceCIDR): readonly FieldError[] => {
  const errors = validateMetadata(metadata, false, dnsSubdomain)
  const cidrs = spec?.cidrs ?? []
  if (cidrs.length === 0) return [...errors, required(PATH, 'at least one CIDR required')]
  if (cidrs.length > 2) return [...errors, invalid(PATH, spec, 'may only hold up to 2 values')]
  if (cidrs.length === 2 && isOneFamily(cidrs)) {
    const why = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'
    return [...errors, invalid(PATH, spec, why)]
  }
  return [...errors, ...cidrs.flatMap((cidr, index) => checkCanonicalCidr(cidr, `${PATH}[${index}]`))]
}

export const validateServiceCidrUpdate = (cidr: ServiceCIDR, old: ServiceCIDR): readonly FieldError[] => {
  const errors = validateMetadataUpdate(cidr.metadata, old.metadata)
  const [now, before] = [cidr.spec?.cidrs, old.spec?.cidrs]
  return jsonEqual(now ?? null, before ?? null) ? errors : [...errors, immutable(PATH, now ?? null)]
}

/** Also where one is no range at all: then it is not one of each. */
const isOneFamily = (cidrs: readonly string[]): boolean =>
  cidrs.some((cidr) => checkCidr(cidr, '').length > 0) ||
  new Set(cidrs.map((cidr) => familyOf(cidr.slice(0, cidr.indexOf('/'))))).size === 1
