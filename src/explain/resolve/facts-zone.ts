import { dashedAddress, serviceHost } from '#names/dns-name.ts'
import { answerOutside } from '#names/outside.ts'
import { namedAddresses } from '#names/pod-records.ts'
import type { Answer, Question } from '#names/record.ts'
import { resolve } from '#names/resolve.ts'
import { reverseNames, type ServiceRecords, serviceRecords } from '#names/service-records.ts'
import { ReverseRanges } from '#names/settings/reverse-ranges.ts'
import { ZONE_SETTINGS } from '#names/settings/zone-settings.ts'
import { type ZoneAnswer, ZoneAnswers } from '#names/zone-answers.ts'
import type { ZoneContents } from '#names/zone-contents.ts'
import { addressBytes, formatBytes } from '#net/ip-address.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { clusterIpsOf, find, slicesOf } from '../cluster/lookup.ts'
import { clusterDnsOf } from './resolver.ts'

/** What the cluster's DNS holds, read from the facts name by name: a cluster may have ten thousand Services. */
class FactsZone implements ZoneContents {
  readonly revision = 1
  readonly filling = false
  readonly settings = ZONE_SETTINGS
  readonly ranges = new ReverseRanges([])
  readonly #facts: ClusterFacts

  constructor(facts: ClusterFacts) {
    this.#facts = facts
  }

  get domain(): string {
    return this.#facts.network.clusterDomain
  }

  get dnsAddresses(): readonly Uint8Array[] {
    const service = clusterDnsOf(this.#facts)
    return service ? clusterIpsOf(service).map(addressBytes) : []
  }

  hasNamespace(name: string): boolean {
    return this.#facts.namespaces.includes(name)
  }

  serviceOf(namespace: string, name: string): ServiceRecords | undefined {
    const service = find(this.#facts.services, name, namespace)
    return service && serviceRecords(service, slicesOf(this.#facts, service))
  }

  podAddress(namespace: string, dashed: string): Uint8Array | undefined {
    const address = this.#facts.pods
      .filter(({ metadata }) => metadata?.namespace === namespace)
      .flatMap(namedAddresses)
      .find((one) => dashedAddress(one) === dashed)
    return address === undefined ? undefined : addressBytes(address)
  }

  namesOf(address: Uint8Array): readonly string[] {
    const text = formatBytes(address)
    return this.#facts.services.flatMap((service) => {
      const { namespace = '', name = '' } = service.metadata ?? {}
      const records = this.serviceOf(namespace, name)
      const names = records ? [...reverseNames(serviceHost(namespace, name, this.domain), records)] : []
      return names.flatMap(([of, target]) => (formatBytes(of) === text ? [target] : []))
    })
  }
}

/**
 * What the cluster's DNS answers, by the functions that its servers answer with. Undefined: it asks somebody else, who
 * is not known.
 */
export const askDns = (facts: ClusterFacts): ((question: Question) => ZoneAnswer | Answer | undefined) => {
  const zone = new FactsZone(facts)
  const answers = new ZoneAnswers(zone)
  const outside = facts.network.egress ? () => undefined : (question: Question) => answerOutside(question, zone)
  return (question) => answers.answer(question, () => 0) ?? outside(question)
}

/** The addresses that the cluster's DNS gives for a whole name, of both families; canonical text. */
export const addressesOfName = (facts: ClusterFacts, fullName: string): readonly string[] =>
  resolve(`${fullName}.`, { searches: [], options: [] }, askDns(facts)).addresses.map(formatBytes)
