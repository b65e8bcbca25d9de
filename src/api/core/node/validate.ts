import { checkCidr } from '#api/validation/address.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, labelValue, qualifiedName } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { parseQuantity } from '#schema/quantity.ts'
import type { Node } from './message.ts'

/** Amounts of what a node has, and of what pods may have of it. */
const nodeResources = ({ status = {} }: Node): readonly FieldError[] =>
  (['capacity', 'allocatable'] as const).flatMap((part) =>
    Object.entries(status[part] ?? {}).flatMap(([name, text]) => {
      const { nano } = parseQuantity(text)
      const at = `status.${part}.${name}`
      return [
        ...(nano < 0n ? [invalid(at, text, 'must be greater than or equal to 0')] : []),
        ...(name.includes('/') && !name.includes('kubernetes.io/') && nano % 1_000_000_000n !== 0n
          ? [invalid(at, text, 'must be an integer')]
          : []),
      ]
    }),
  )

const ONE_PER_FAMILY = 'may specify no more than one CIDR for each IP family'

const nodeRanges = ({ spec = {} }: Node): readonly FieldError[] => {
  const { podCIDRs = [] } = spec
  const at = 'spec.podCIDRs'
  const errors: FieldError[] = podCIDRs.flatMap((range, index) => checkCidr(range, `${at}[${index}]`))
  if (podCIDRs.length < 2 || errors.length > 0) return errors
  const families = new Set(podCIDRs.map((range) => range.includes(':')))
  if (families.size < podCIDRs.length) errors.push(invalid(at, podCIDRs, ONE_PER_FAMILY))
  for (const index of repeats(podCIDRs)) errors.push(duplicate(`${at}[${index}]`, podCIDRs[index]))
  return errors
}

export const validateNodeCreate = (node: Node): readonly FieldError[] => [
  ...validateMetadata(node.metadata, false, dnsSubdomain),
  ...nodeTaints(node),
  ...nodeResources(node),
  ...nodeRanges(node),
]

export const validateNodeUpdate = (node: Node, old: Node): readonly FieldError[] => {
  const errors: FieldError[] = [...validateNodeStatusUpdate(node, old)]
  const before = old.spec?.podCIDRs ?? []
  if (before.length > 0 && !jsonEqual(node.spec?.podCIDRs ?? [], before))
    errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'))
  const provider = old.spec?.providerID
  if (provider && node.spec?.providerID !== provider)
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'))
  errors.push(...nodeTaints(node))
  if ((node.spec?.externalID ?? '') !== (old.spec?.externalID ?? ''))
    errors.push(forbidden('spec.externalID', 'may not be updated'))
  return errors
}

/** A node's report: an address stands in it once. Kubernetes shows the value by its Go names. */
export const validateNodeStatusUpdate = (node: Node, old: Node): readonly FieldError[] => [
  ...validateMetadataUpdate(node.metadata, old.metadata),
  ...nodeResources(node),
  ...nodeAddresses(node),
]

const nodeAddresses = ({ status = {} }: Node): readonly FieldError[] => {
  const { addresses = [] } = status
  const again = repeats(addresses, ({ type, address }) => JSON.stringify([type, address]))
  return [...again].map((index) => {
    const { type, address } = addresses[index]!
    return duplicate(`status.addresses[${index}]`, { Type: type, Address: address })
  })
}

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Kubernetes names them as if they stood in the metadata. */
const nodeTaints = ({ spec = {} }: Node): readonly FieldError[] => {
  const seen = new Set<string>()
  return (spec.taints ?? []).flatMap((taint, index) => {
    const at = `metadata.taints[${index}]`
    const { key = '', value = '', effect = '' as never } = taint
    const errors: FieldError[] = [...checkForm(qualifiedName, key, `${at}.key`)]
    const problems = labelValue(value)
    if (problems.length > 0) errors.push(invalid(`${at}.value`, value, problems.join(';')))
    if (!effect) errors.push(required(`${at}.effect`))
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS))
    const isTaken = seen.has(`${key}:${effect}`)
    seen.add(`${key}:${effect}`)
    return isTaken
      ? [...errors, { ...duplicate(at, taint), detail: 'taints must be unique by key and effect pair' }]
      : errors
  })
}
