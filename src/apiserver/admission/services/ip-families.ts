import type { Service, ServiceSpec } from '#api/core/service/message.ts'
import type { StatusCause } from '#api/meta/status.ts'
import { familyOf, type IpFamily } from '#net/ip-address.ts'

/** What the dual-stack rules make of a Service, or why they refuse it. */
type Families =
  | { readonly kind: 'ok'; readonly spec: ServiceSpec }
  | { readonly kind: 'refused'; readonly causes: readonly StatusCause[] }

const cause = (field: string, value: unknown, detail: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${detail}`,
  field,
})

const POLICY = 'spec.ipFamilyPolicy'

const otherFamily = (family: IpFamily): IpFamily => (family === 'IPv4' ? 'IPv6' : 'IPv4')

/**
 * Completes ipFamilyPolicy, ipFamilies and clusterIPs by the rules of dual-stack Services (KEP-563): what is not said
 * is inferred from the addresses, else from the former state, else it is single-stack in the cluster's first family.
 * Leaves one family away from `clusterIPs` for the allocator to fill. `configured` is the cluster's families, the
 * default one first.
 */
export const completeFamilies = (
  service: Service,
  before: Service | undefined,
  configured: readonly IpFamily[],
): Families => {
  const given = service.spec ?? {}
  if (given.type === 'ExternalName') return { kind: 'ok', spec: given }
  const was = before?.spec?.type === 'ExternalName' ? undefined : before?.spec
  const headless = given.clusterIP === 'None' || given.clusterIPs?.[0] === 'None'
  const selectorless = Object.keys(given.selector ?? {}).length === 0
  const policy =
    given.ipFamilyPolicy ?? was?.ipFamilyPolicy ?? (headless && selectorless ? 'RequireDualStack' : 'SingleStack')
  let families = (given.ipFamilies ?? []) as readonly IpFamily[]
  let addresses = given.clusterIPs ?? []
  const causes: StatusCause[] = []

  if (was) {
    const formerAddresses = was.clusterIPs ?? []
    const formerFamilies = was.ipFamilies ?? []
    if (policy === 'SingleStack') {
      // Untouched lists and a policy of one family are a clear wish: the second one goes.
      if (addresses.length > 1 && addresses.join() === formerAddresses.join()) addresses = addresses.slice(0, 1)
      if (families.length > 1 && families.join() === formerFamilies.join()) families = families.slice(0, 1)
    } else {
      const fewer = (now: readonly string[], then: readonly string[]): boolean =>
        now.length === 1 && then.length === 2 && now[0] === then[0]
      if (fewer(addresses, formerAddresses)) {
        causes.push(cause(POLICY, policy, "must be 'SingleStack' to release the secondary cluster IP"))
      }
      if (fewer(families, formerFamilies)) {
        causes.push(cause(POLICY, policy, "must be 'SingleStack' to release the secondary IP family"))
      }
    }
  }
  if (policy === 'SingleStack') {
    const detail = (what: string): string =>
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
    if (addresses.length === 2) causes.push(cause(POLICY, policy, detail('cluster IPs')))
    if (families.length === 2) causes.push(cause(POLICY, policy, detail('IP families')))
  }
  for (const [index, address] of addresses.entries()) {
    if (address === 'None') break
    const family = familyOf(address)
    if (index < families.length || !family) continue
    if (configured.includes(family)) families = [...families, family]
    else causes.push(cause(`spec.clusterIPs[${index}]`, addresses, `${family} is not configured on this cluster`))
  }
  if (causes.length > 0) return { kind: 'refused', causes }

  const done = (list: readonly IpFamily[]): Families => ({
    kind: 'ok',
    spec: {
      ...given,
      ...(addresses.length > 0 ? { clusterIPs: addresses } : {}),
      ipFamilies: list,
      ipFamilyPolicy: policy,
    },
  })
  const first = configured[0]!
  if (headless && selectorless) {
    // Whoever writes its endpoints may use families that this cluster does not have.
    const list = families.length > 0 ? families : [first]
    return done(list.length < 2 && policy !== 'SingleStack' ? [list[0]!, otherFamily(list[0]!)] : list)
  }
  if (policy === 'RequireDualStack' && configured.length < 2) {
    causes.push(cause(POLICY, policy, 'this cluster is not configured for dual-stack services'))
  }
  for (const [index, family] of families.entries()) {
    if (!configured.includes(family)) {
      causes.push(cause(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'))
    }
  }
  if (causes.length > 0) return { kind: 'refused', causes }
  const list = families.length > 0 ? families : [first]
  const grows = policy !== 'SingleStack' && list.length === 1 && configured.length === 2
  return done(grows ? [list[0]!, otherFamily(list[0]!)] : list)
}
