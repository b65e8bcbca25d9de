import { isClusterFirst } from '#names/pod-resolver.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { addressText, familyOfText, find, podAddresses, slicesOf } from '../cluster/lookup.ts'
import { clusterDnsOf } from '../resolve/resolver.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { EndWord } from './policy-view.ts'
import { policiesOf } from './view-of.ts'

interface DnsEndpoint {
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
}

const DNS_PORT = 53

/** Where the cluster's DNS answers, behind its Service. */
export const dnsEndpoints = (facts: ClusterFacts): readonly DnsEndpoint[] => {
  const service = clusterDnsOf(facts)
  if (service === undefined) return []
  const names = (service.spec?.ports ?? []).filter(({ port }) => port === DNS_PORT).map(({ name }) => name ?? '')
  return slicesOf(facts, service).flatMap(({ ports, endpoints }) =>
    (ports ?? []).flatMap(({ name, port, protocol }) =>
      port && names.includes(name ?? '')
        ? (endpoints ?? [])
            .filter(({ conditions }) => conditions?.ready !== false)
            .flatMap(({ addresses }) => addresses ?? [])
            .flatMap((one) => addressText(one) ?? [])
            .map((address) => ({ address, port, protocol: (protocol || 'TCP') as Protocol }))
        : [],
    ),
  )
}

/**
 * The protocols over which a pod's policies let it ask the cluster's DNS nowhere, where it is set up to ask it. None where it
 * may, and where it is not known where that answers. `isClosed`: which words count as such.
 */
export const closedDns = (
  facts: ClusterFacts,
  { namespace, name }: ObjectRef,
  isClosed = ({ passes }: EndWord): boolean => !passes,
): readonly Protocol[] => {
  const view = policiesOf(facts)
  const pod = find(facts.pods, name, namespace)
  if (view === undefined || pod === undefined || !isClusterFirst(pod.spec ?? {})) return []
  const own = podAddresses(pod)
  const open = new Map<Protocol, boolean>()
  for (const { address, port, protocol } of dnsEndpoints(facts)) {
    const source = own.find((one) => familyOfText(one) === familyOfText(address))
    if (source === undefined || open.get(protocol)) continue
    const word = view.word('egress', source, address, { protocol, port })
    open.set(protocol, word === undefined || !isClosed(word))
  }
  return [...open]
    .flatMap(([protocol, isOpen]) => (isOpen ? [] : [protocol]))
    .sort()
    .reverse()
}
