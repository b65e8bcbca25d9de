import { checkCidr } from '#api/validation/address.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, checkLabels, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { Node } from './message.ts'

export const validateNodeCreate = (node: Node): readonly FieldError[] => [
  ...validateMetadata(node.metadata, false, dnsSubdomain),
  ...nodeSpec(node),
]

export const validateNodeUpdate = (node: Node, old: Node): readonly FieldError[] => {
  const errors: FieldError[] = [...validateNodeStatusUpdate(node, old), ...nodeSpec(node)]
  const before = old.spec?.podCIDRs ?? []
  if (before.length > 0 && !jsonEqual(node.spec?.podCIDRs ?? [], before))
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'))
  const provider = old.spec?.providerID
  if (provider && node.spec?.providerID !== provider)
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'))
  return errors
}

/** A node's report: an address stands in it once. Kubernetes shows the value by its Go names. */
export const validateNodeStatusUpdate = (node: Node, old: Node): readonly FieldError[] => [
  ...validateMetadataUpdate(node.metadata, old.metadata),
  ...nodeAddresses(node),
]

const nodeAddresses = ({ status = {} }: Node): readonly FieldError[] => {
  const { addresses = [] } = status
  return addresses.flatMap(({ type, address }, index) =>
    addresses.slice(0, index).some((earlier) => earlier.type === type && earlier.address === address)
      ? [duplicate(`status.addresses[${index}]`, { Type: type, Address: address })]
      : [],
  )
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

const nodeSpec = ({ spec = {} }: Node): readonly FieldError[] => {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [index, taint] of (spec.taints ?? []).entries()) {
    const at = `spec.taints[${index}]`
    errors.push(...checkForm(qualifiedName, taint.key ?? '', `${at}.key`))
    errors.push(...checkLabels({ taint: taint.value ?? '' }, `${at}.value`))
    if (!taint.effect) errors.push(required(`${at}.effect`))
    else if (!EFFECTS.includes(taint.effect)) errors.push(notSupported(`${at}.effect`, taint.effect, EFFECTS))
    const key = `${taint.key}:${taint.effect}`
    if (seen.has(key)) errors.push({ ...duplicate(at, taint), detail: 'taints must be unique by key and effect pair' })
    seen.add(key)
  }
  const cidrs = spec.podCIDRs ?? []
  for (const [index, cidr] of cidrs.entries()) errors.push(...checkCidr(cidr, `spec.podCIDRs[${index}]`))
  if (cidrs.length > 0 && spec.podCIDR && cidrs[0] !== spec.podCIDR)
    errors.push(invalid('spec.podCIDRs[0]', cidrs, 'podCIDR and podCIDRs[0] must match'))
  return errors
}
