import { NetError } from '#net/ip-address.ts'
import type { Labels } from '#objects/object.ts'
import { type AddressRange, parseAddressRange } from '../address-range.ts'
import type { AddressPool } from '../model.ts'
import type { FieldReader } from './field-reader.ts'

const readRanges = (spec: FieldReader): readonly AddressRange[] => {
  const texts = spec.texts('addresses')
  if (texts.length === 0) spec.fault('addresses', 'a pool needs addresses: CIDRs, or ranges as 192.0.2.1-192.0.2.9')
  return texts.flatMap((text, index) => {
    try {
      return [parseAddressRange(text)]
    } catch (error) {
      if (!(error instanceof NetError)) throw error
      spec.fault(`addresses[${index}]`, error.message)
      return []
    }
  })
}

/** The fields of a pool, which IPAddressPool and LoadBalancerPool have alike. */
export const readPool = (spec: FieldReader, name: string, object: string, labels: Labels): AddressPool => {
  const ranges = readRanges(spec)
  const allocation = spec.inner('serviceAllocation')
  const pool: AddressPool = {
    name,
    object,
    labels,
    ranges,
    autoAssign: spec.flag('autoAssign', true),
    avoidBuggyIPs: spec.flag('avoidBuggyIPs'),
    allocation: spec.has('serviceAllocation')
      ? {
          priority: allocation.int('priority', 0, 2 ** 31 - 1) ?? 0,
          namespaces: allocation.texts('namespaces'),
          namespaceSelectors: allocation.selectors('namespaceSelectors'),
          serviceSelectors: allocation.selectors('serviceSelectors'),
        }
      : undefined,
  }
  allocation.done()
  return pool
}
