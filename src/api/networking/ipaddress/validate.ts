import { checkAddress } from '#api/validation/address.ts'
import { type FieldError, required } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, type NameForm, pathSegment } from '#api/validation/names.ts'
import { canonicalAddress, tryParseAddress } from '#net/ip-address.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { IPAddress, ParentReference } from './message.ts'

/** An address in its one form. */
const addressName: NameForm = (name) => {
  const problems = checkAddress(name, '').map(({ detail }) => detail)
  if (problems.length > 0 || !tryParseAddress(name) || canonicalAddress(name) === name) return problems
  return [`must be in canonical form ("${canonicalAddress(name)}")`]
}

export const validateIpAddressCreate = (address: IPAddress): readonly FieldError[] => [
  ...validateMetadata(address.metadata, false, addressName),
  ...validateParent(address.spec?.parentRef, 'spec.parentRef'),
]

export const validateIpAddressUpdate = (address: IPAddress, old: IPAddress): readonly FieldError[] => {
  const errors = validateMetadataUpdate(address.metadata, old.metadata)
  const [now, before] = [address.spec?.parentRef, old.spec?.parentRef]
  return jsonEqual(now ?? null, before ?? null) ? errors : [...errors, immutable('spec.parentRef', now ?? null)]
}

const validateParent = (parent: ParentReference | undefined, path: string): readonly FieldError[] => {
  if (parent === undefined) return [required(path)]
  const { group, resource, name, namespace } = parent
  const named = (text: string | undefined, member: string): readonly FieldError[] =>
    text ? checkForm(pathSegment, text, `${path}.${member}`) : [required(`${path}.${member}`)]
  return [
    ...(group ? checkForm(dnsSubdomain, group, `${path}.group`) : []),
    ...named(resource, 'resource'),
    ...named(name, 'name'),
    ...(namespace ? named(namespace, 'namespace') : []),
  ]
}
