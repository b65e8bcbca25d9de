import type { Node, Pod } from '#api/core-v1.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { ExplainError } from './explain-error.ts'
import type { Question } from './explanation.ts'
import type { ClusterFacts } from './facts.ts'
import { addressText, familyOfText, find, nodeAddresses, nodeAt, podAddresses, podAt } from './lookup.ts'
import { nameOf } from './names.ts'
import { nearest } from './nearest.ts'

/** Who sends. */
export interface Source {
  readonly kind: 'pod' | 'node' | 'host' | 'outside'
  /** `pod default/client`, `node-1`, `the host`, `203.0.113.7`. */
  readonly name: string
  /** Of both families where it has both. */
  readonly addresses: readonly string[]
  /** Where the packet is met first; undefined for what stands beside the nodes. */
  readonly node: string | undefined
  /** It starts on the node itself: a node, or a pod of the node's network. */
  readonly onNode: boolean
  readonly pod: Pod | undefined
}

export const sourceAddress = (source: Source, family: IpFamily): string | undefined =>
  source.addresses.find((address) => familyOfText(address) === family)

/** Finds the sender: `pod/NAME`, `pod/NAMESPACE/NAME`, `node/NAME`, `host`, or an address. Throws ExplainError. */
export function resolveSource(facts: ClusterFacts, { from, namespace }: Question): Source {
  if (from === 'host') return hostSource(facts)
  const [kind = '', first = '', second] = from.split('/')
  if (kind === 'pod' || kind === 'pods' || kind === 'po')
    return podNamed(facts, second === undefined ? namespace : first, second ?? first)
  if (kind === 'node' || kind === 'nodes' || kind === 'no') return nodeNamed(facts, first)
  const address = addressText(from)
  if (address === undefined)
    throw new ExplainError(
      'SOURCE_MALFORMED',
      `--from ${from} is no source`,
      'write pod/NAME, pod/NAMESPACE/NAME, node/NAME, host, or an IP address',
    )
  const pod = podAt(facts, address)
  if (pod !== undefined) return podSource(facts, pod)
  const node = nodeAt(facts, address)
  if (node !== undefined) return nodeSource(node)
  if (facts.network.hostAddresses.includes(address)) return hostSource(facts)
  return { kind: 'outside', name: address, addresses: [address], node: undefined, onNode: false, pod: undefined }
}

const hostSource = ({ network }: ClusterFacts): Source => ({
  kind: 'host',
  name: 'the host',
  addresses: network.hostAddresses,
  node: undefined,
  onNode: false,
  pod: undefined,
})

const nodeSource = (node: Node): Source => ({
  kind: 'node',
  name: node.metadata?.name ?? '',
  addresses: nodeAddresses(node),
  node: node.metadata?.name,
  onNode: true,
  pod: undefined,
})

function podSource(facts: ClusterFacts, pod: Pod): Source {
  const { nodeName, hostNetwork } = pod.spec ?? {}
  const addresses = podAddresses(pod)
  if (!nodeName || addresses.length === 0)
    throw new ExplainError(
      'SOURCE_UNKNOWN',
      `pod ${nameOf(pod)} has no address yet: it is ${pod.status?.phase ?? 'Pending'}${nodeName ? '' : ' and on no node'}`,
      `kubectl describe pod ${pod.metadata?.name} -n ${pod.metadata?.namespace}`,
    )
  const node = hostNetwork ? find(facts.nodes, nodeName) : undefined
  return {
    kind: 'pod',
    name: `pod ${nameOf(pod)}`,
    addresses: node === undefined ? addresses : nodeAddresses(node),
    node: nodeName,
    onNode: hostNetwork === true,
    pod,
  }
}

function podNamed(facts: ClusterFacts, namespace: string, name: string): Source {
  const pod = find(facts.pods, name, namespace)
  if (pod !== undefined) return podSource(facts, pod)
  const elsewhere = facts.pods.filter(({ metadata }) => metadata?.name === name).map(nameOf)
  const near = nearest(
    name,
    facts.pods.filter(({ metadata }) => metadata?.namespace === namespace).map(({ metadata }) => metadata?.name ?? ''),
  )
  const hint = elsewhere[0]
    ? `there is pod/${elsewhere[0]}`
    : near.length > 0
      ? `the nearest: ${near.map((one) => `pod/${one}`).join(', ')}`
      : `kubectl get pods -n ${namespace}`
  throw new ExplainError('SOURCE_UNKNOWN', `there is no pod ${name} in namespace ${namespace}`, hint)
}

function nodeNamed(facts: ClusterFacts, name: string): Source {
  const node = find(facts.nodes, name)
  if (node !== undefined) return nodeSource(node)
  const names = facts.nodes.map(({ metadata }) => metadata?.name ?? '').sort()
  throw new ExplainError('SOURCE_UNKNOWN', `there is no node ${name}`, `the nodes: ${names.join(', ')}`)
}
