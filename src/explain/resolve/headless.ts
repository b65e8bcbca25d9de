import type { Service } from '#api/core/service/message.ts'
import { serviceHost } from '#names/dns-name.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { familyOfText } from '../cluster/lookup.ts'
import type { Question } from '../trace/question.ts'
import type { DeadEnd } from './dead-end.ts'
import { addressesOfName } from './facts-zone.ts'
import { type Source, sourceAddress } from './source.ts'

/**
 * What the name of a headless Service gives: the addresses of its ready endpoints, of the family asked for or of one
 * that the sender has.
 */
export function headlessAddresses(
  facts: ClusterFacts,
  { family }: Question,
  source: Source,
  service: Service,
): readonly string[] | DeadEnd {
  const { namespace = '', name = '' } = service.metadata ?? {}
  const ready = addressesOfName(facts, serviceHost(namespace, name, facts.network.clusterDomain))
  if (ready.length === 0) return { kind: 'headless-empty', service }
  const wanted = family ?? ready.map(familyOfText).find((one) => sourceAddress(source, one) !== undefined)
  const addresses = ready.filter((address) => familyOfText(address) === wanted).sort()
  return addresses.length > 0 ? addresses : { kind: 'family-missing', service, addresses: ready }
}
