import type { BgpAdvertisement, Community, L2Advertisement, PoolChoice } from '../model.ts'
import { parseCommunity } from './community.ts'
import type { FieldReader } from './field-reader.ts'

/** Which pools are meant: a field of an advertisement that stands alone. */
export const readPoolChoice = (spec: FieldReader): PoolChoice => ({
  names: spec.texts('ipAddressPools'),
  selectors: spec.selectors('ipAddressPoolSelectors'),
})

const readWhere = (spec: FieldReader) => ({
  nodeSelectors: spec.selectors('nodeSelectors'),
  serviceSelectors: spec.selectors('serviceSelectors'),
})

/** The fields that L2Advertisement and `spec.l2[]` of LoadBalancerPool have alike. */
export const readL2 = (spec: FieldReader, object: string, pools: PoolChoice): L2Advertisement => {
  const read: L2Advertisement = {
    object,
    pools,
    ...readWhere(spec),
    interfaces: spec.texts('interfaces'),
    preferred: spec.entries('preferredNodeSelectors').map((one) => {
      const preferred = { weight: one.int('weight', 1, 100) ?? 1, selector: one.selector('preference') }
      one.done()
      return preferred
    }),
  }
  spec.done()
  return read
}

/** The same of BGPAdvertisement and `spec.bgp[]`. `aliases`: what Community objects give names to. */
export const readBgp = (
  spec: FieldReader,
  object: string,
  pools: PoolChoice,
  aliases: ReadonlyMap<string, Community>,
): BgpAdvertisement => {
  const read: BgpAdvertisement = {
    object,
    pools,
    ...readWhere(spec),
    aggregation: {
      IPv4: spec.int('aggregationLength', 1, 32) ?? 32,
      IPv6: spec.int('aggregationLengthV6', 1, 128) ?? 128,
    },
    localPref: spec.int('localPref', 0, 2 ** 32 - 1),
    communities: spec.texts('communities').flatMap((text, index) => {
      const community = aliases.get(text) ?? parseCommunity(text)
      if (community) return [community]
      spec.fault(
        `communities[${index}]`,
        `${JSON.stringify(text)} is no community; write 65000:100, large:65000:1:2, or a name that a Community object has`,
      )
      return []
    }),
    peers: spec.texts('peers'),
  }
  spec.done()
  return read
}
