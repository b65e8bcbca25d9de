import type { Service } from '#api/core/service/message.ts'
import { isHeadless } from '#api/core/service/needs.ts'
import { checkAddress } from '#api/validation/address.ts'
import { duplicate, type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { repeats } from '#api/validation/repeats.ts'
import { familyOf } from '#net/ip-address.ts'

/** Checks `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy` against each other. */
export const validateAddresses = (service: Service): readonly FieldError[] => {
  const spec = service.spec ?? {}
  if (spec.type === 'ExternalName') return []
  const ips = spec.clusterIPs ?? []
  const families = spec.ipFamilies ?? []
  const errors: FieldError[] = []
  if (spec.clusterIP) {
    if (ips.length === 0) errors.push(required('spec.clusterIPs'))
    else if (ips[0] !== spec.clusterIP)
      errors.push(invalid('spec.clusterIPs', ips, 'first value must match `clusterIP`'))
  } else if (ips.length > 0)
    errors.push(invalid('spec.clusterIPs', ips, 'must be empty when `clusterIP` is not specified'))
  const again = repeats(families)
  for (const [index, family] of families.entries()) {
    const at = `spec.ipFamilies[${index}]`
    if (family !== 'IPv4' && family !== 'IPv6') errors.push(notSupported(at, family, ['IPv4', 'IPv6']))
    else if (again.has(index)) errors.push(duplicate(at, family))
  }
  const policy = spec.ipFamilyPolicy
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
  if (policy !== undefined && !policies.includes(policy))
    errors.push(notSupported('spec.ipFamilyPolicy', policy, policies))
  let bad = false
  for (const [index, ip] of ips.entries()) {
    if (index === 0 && ip === 'None') {
      if (ips.length === 1) continue
      bad = true
      errors.push(invalid('spec.clusterIPs', ips, "'None' must be the first and only value"))
      continue
    }
    const problems = checkAddress(ip, `spec.clusterIPs[${index}]`)
    bad ||= problems.length > 0
    errors.push(...problems)
  }
  if (ips.length > 2) errors.push(invalid('spec.clusterIPs', ips, 'may only hold up to 2 values'))
  if (bad || isHeadless(service)) return errors
  if (ips.length > 1 && new Set(ips.map(familyOf)).size < ips.length)
    errors.push(invalid('spec.clusterIPs', ips, 'may specify no more than one IP for each IP family'))
  if (errors.length > 0) return errors
  for (const [index, ip] of ips.entries()) {
    const family = families[index]
    if (family !== undefined && family !== familyOf(ip))
      errors.push(
        invalid(
          `spec.clusterIPs[${index}]`,
          ip,
          `expected an ${family} value as indicated by \`ipFamilies[${index}]\``,
        ),
      )
  }
  return errors
}

/**
 * Of a list that has one entry a family: the first stays, the second may come and go with the policy. `what` is an
 * entry's name in a sentence.
 */
const firstStays = (
  field: 'clusterIPs' | 'ipFamilies',
  what: string,
  service: Service,
  old: Service,
): readonly FieldError[] => {
  const now = service.spec?.[field] ?? []
  const before = old.spec?.[field] ?? []
  if (isHeadless(service) && isHeadless(old)) return []
  const changed = (index: number): FieldError => invalid(`spec.${field}[${index}]`, now, 'may not change once set')
  if (now.length === before.length)
    return before.flatMap((entry, index) => (entry === now[index] ? [] : [changed(index)]))
  if (now.length === 0) return [invalid(`spec.${field}[0]`, now, `primary ${what} can not be unset`)]
  const errors = before.length > 0 && now[0] !== before[0] ? [changed(0)] : []
  if (now.length === 1 && before.length === 2 && service.spec?.ipFamilyPolicy !== 'SingleStack')
    errors.push(
      invalid(
        'spec.ipFamilyPolicy',
        service.spec?.ipFamilyPolicy ?? null,
        `must be set to 'SingleStack' when releasing the secondary ${what}`,
      ),
    )
  return errors
}

export const clusterIPsUpdate = (service: Service, old: Service): readonly FieldError[] =>
  firstStays('clusterIPs', 'clusterIP', service, old)

export const familiesUpdate = (service: Service, old: Service): readonly FieldError[] =>
  firstStays('ipFamilies', 'ipFamily', service, old)
