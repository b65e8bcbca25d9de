import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { isTerminal, podAddresses, runningContainers } from '#objects/pod.ts'
import { type HeldAddress, heldAddress, type NamedPort, type PolicyNode, type PolicyPod, type Served } from './peer.ts'
import { portsOf, union } from './traffic.ts'

/** A pod as policies see it; undefined for one that they do not: it has ended, or lives in its node's own network. */
export const policyPod = (pod: Pod): PolicyPod | undefined =>
  pod.spec?.hostNetwork || isTerminal(pod)
    ? undefined
    : {
        namespace: pod.metadata?.namespace ?? '',
        name: pod.metadata?.name ?? '',
        uid: pod.metadata?.uid,
        labels: pod.metadata?.labels ?? {},
        addresses: canonicalOnes(podAddresses(pod)),
        ports: namedPorts(pod),
        node: pod.spec?.nodeName ?? '',
        since: Date.parse(pod.metadata?.creationTimestamp ?? '') || 0,
      }

/** `serves`: what pods it is taken for, and for which traffic. */
export const policyNode = ({ metadata, status }: Node, serves?: PolicyNode['serves']): PolicyNode => ({
  name: metadata?.name ?? '',
  labels: metadata?.labels ?? {},
  addresses: canonicalOnes(
    (status?.addresses ?? []).filter(({ type }) => type !== 'Hostname').map(({ address }) => address),
  ),
  serves,
})

/** Each once. */
const canonicalOnes = (texts: readonly string[]): readonly HeldAddress[] => {
  const addresses: HeldAddress[] = []
  for (const text of texts) {
    const one = heldAddress(text)
    if (one !== undefined && !addresses.some((other) => other.text === one.text)) addresses.push(one)
  }
  return addresses
}

/** A port that a container declares; `name` is undefined where it has none. */
export interface DeclaredPort {
  readonly name: string | undefined
  readonly protocol: Protocol
  readonly port: number
}

/** Of containers and sidecars. */
export const declaredPorts = (pod: Pod): readonly DeclaredPort[] =>
  runningContainers(pod).flatMap(({ ports }) =>
    (ports ?? []).map(({ name, protocol = 'TCP', containerPort }) => ({
      name: name || undefined,
      protocol,
      port: containerPort,
    })),
  )

const namedPorts = (pod: Pod): readonly NamedPort[] =>
  declaredPorts(pod).flatMap(({ name, ...port }) => (name === undefined ? [] : [{ name, ...port }]))

/** The pods of the cluster's DNS as people's policies know them, wherever it runs: labels and ports as CoreDNS's have them. */
export const DNS_PODS = {
  namespace: 'kube-system',
  labels: { 'k8s-app': 'kube-dns' },
  traffic: union(portsOf('UDP', 53, 53), portsOf('TCP', 53, 53)),
  ports: [
    { name: 'dns', protocol: 'UDP', port: 53 },
    { name: 'dns-tcp', protocol: 'TCP', port: 53 },
  ],
} as const satisfies Served
