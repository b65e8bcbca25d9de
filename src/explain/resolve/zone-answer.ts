import { labelsBelow } from '#names/dns-name.ts'
import { RecordType } from '#names/record.ts'
import { Zone } from '#names/zone.ts'
import { formatBytes } from '#net/ip-address.ts'
import { isTerminal } from '#objects/pod.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { find, podAddresses, slicesOf } from '../cluster/lookup.ts'

const INTERNET = 1

/**
 * The addresses that the cluster's DNS gives for a name, of both families, by the zone that its servers answer from:
 * undefined where it has no such name. `fullName` in lower case, without the last dot.
 */
export function zoneAddresses(facts: ClusterFacts, fullName: string): readonly string[] | undefined {
  const { clusterDomain } = facts.network
  const labels = labelsBelow(fullName, clusterDomain)
  if (labels === undefined) return undefined
  const [kind, namespace = '', name = ''] = [...labels].reverse()
  const zone = new Zone(clusterDomain, [])
  // Only what can have a part in the answer: a cluster may have ten thousand Services.
  if (facts.namespaces.includes(namespace)) zone.setNamespace(namespace, true)
  const service = kind === 'svc' ? find(facts.services, name, namespace) : undefined
  if (service !== undefined) zone.setService(namespace, name, service, slicesOf(facts, service))
  if (kind === 'pod')
    for (const pod of facts.pods)
      if (pod.metadata?.namespace === namespace && !pod.spec?.hostNetwork && !isTerminal(pod))
        for (const address of podAddresses(pod)) zone.setPodAddress(namespace, address, true)
  const answers = [RecordType.A, RecordType.AAAA].flatMap((type) => {
    const found = zone.answer({ name: fullName, type, class: INTERNET }, () => 0)
    return found === undefined ? [] : [found]
  })
  if (!answers.some(({ rcode }) => rcode === 0)) return undefined
  return answers.flatMap((one) =>
    one.answers.flatMap(({ data }) => (data.type === 'A' || data.type === 'AAAA' ? [formatBytes(data.address)] : [])),
  )
}
