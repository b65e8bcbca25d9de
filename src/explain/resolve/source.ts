import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { isTerminal } from '#objects/pod.ts'
import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import {
  addressText,
  clusterIpsOf,
  familyOfText,
  find,
  inCidrs,
  ingressOf,
  nodeAddresses,
  nodeAt,
  nodeOfPodAddress,
  podAddresses,
  podAt,
} from '../cluster/lookup.ts'
import { nameOf } from '../cluster/names.ts'
import { nearest } from '../cluster/nearest.ts'
import type { Question } from '../trace/question.ts'
import type { Sender } from '../trace/sender.ts'
import type { SenderStep } from '../trace/step.ts'
import { workloadKind, workloadPod } from './workload-source.ts'

/** Who sends. */
export interface Source {
  readonly kind: 'pod' | 'node' | 'host' | 'outside'
  /** `pod default/client`, `node-1`, `the host`, `203.0.113.7`. */
  readonly name: string
  /** Of both families where it has both; the one alone that was asked for. */
  readonly addresses: readonly string[]
  /** Where the packet is met first; undefined for what stands beside the nodes. */
  readonly node: string | undefined
  /** It starts on the node itself: a node, or a pod of the node's network. */
  readonly onNode: boolean
  readonly pod: Pod | undefined
  /** Which pod it is, where what was asked for stands for several. */
  readonly chosen?: SenderStep
}

export const sourceAddress = (source: Source, family: IpFamily): string | undefined =>
  source.addresses.find((address) => familyOfText(address) === family)

/** The sender as the trace names it. */
export function senderOf({ kind, node, pod, name }: Source): Sender {
  const { namespace = '', name: podName = '' } = pod?.metadata ?? {}
  switch (kind) {
    case 'pod':
      return { kind, namespace, name: podName }
    case 'node':
      return { kind, name: node ?? name }
    case 'host':
      return { kind }
    case 'outside':
      return { kind, address: name }
  }
}

/** The namespace of names that tell none: as asked for; else the sender's own. */
export const namespaceOf = ({ namespace }: Question, { pod }: Pick<Source, 'pod'>): string =>
  namespace ?? pod?.metadata?.namespace ?? 'default'

const FORMS =
  'write pod/NAME, pod/NAMESPACE/NAME, deploy/NAME or svc/NAME for one of its pods, node/NAME, host, or an IP address'

/**
 * Finds the sender: `pod/NAME`, `pod/NAMESPACE/NAME`, `node/NAME`, `host`, an address, or a workload or Service, which
 * stand for one of their pods. Throws ExplainError.
 */
export function resolveSource(facts: ClusterFacts, question: Question): Source {
  const { from, namespace = 'default' } = question
  if (from === 'host') return hostSource(facts)
  const [kind = '', first = '', second, ...more] = from.split('/')
  const complete = first !== '' && second !== '' && more.length === 0
  if (complete && (kind === 'pod' || kind === 'pods' || kind === 'po'))
    return podNamed(facts, second === undefined ? namespace : first, second ?? first)
  if (complete && second === undefined && (kind === 'node' || kind === 'nodes' || kind === 'no'))
    return nodeNamed(facts, first)
  const workload = workloadKind(kind)
  if (complete && workload !== undefined) {
    const place = second === undefined ? namespace : first
    const { pod, step } = workloadPod(facts, workload, place, second ?? first)
    return { ...podSource(facts, pod), chosen: step }
  }
  const address = addressText(from.replace(/^\[(.*)\]$/, '$1'))
  if (address === undefined)
    throw new ExplainError('SOURCE_MALFORMED', `--from ${from || "''"} is no source`, meant(facts, from) ?? FORMS)
  return addressSource(facts, address)
}

/** What a person may have meant who left out the kind. */
function meant(facts: ClusterFacts, from: string): string | undefined {
  if (find(facts.nodes, from) !== undefined) return `${from} is a node: write node/${from}`
  const pods = facts.pods.filter((pod) => pod.metadata?.name === from || nameOf(pod) === from)
  if (pods.length > 0) return `${from} is a pod: write ${pods.slice(0, 3).map(podWord).join(' or ')}`
  return undefined
}

const podWord = ({ metadata }: Pod): string =>
  metadata?.namespace === 'default' ? `pod/${metadata.name}` : `pod/${metadata?.namespace}/${metadata?.name}`

function addressSource(facts: ClusterFacts, address: string): Source {
  const only = (source: Source): Source => ({ ...source, addresses: [address] })
  const pod = podAt(facts, address)
  if (pod !== undefined) return only(podSource(facts, pod))
  const node = nodeAt(facts, address)
  if (node !== undefined) return only(nodeSource(node))
  if (facts.network.hostAddresses.includes(address)) return only(hostSource(facts))
  const home = nodeOfPodAddress(facts, address)
  if (home !== undefined || inCidrs(facts.network.podCidrs, address))
    throw new ExplainError(
      'SOURCE_UNKNOWN',
      `no pod has the address ${address}${home ? `, which is of the range of ${home.metadata?.name}` : ''}`,
      'kubectl get pods -A -o wide shows those that have one',
    )
  const service = facts.services.find((one) => [...clusterIpsOf(one), ...ingressOf(one)].includes(address))
  if (service !== undefined || inCidrs(facts.network.serviceCidrs, address))
    throw new ExplainError(
      'SOURCE_UNKNOWN',
      `${address} is ${service ? `an address of Service ${nameOf(service)}` : 'of the range of Services'}, and a Service sends nothing`,
      FORMS,
    )
  if (/^(127\.|0\.|22[4-9]\.|23\d\.|255\.|ff)/.test(address) || address === '::' || address === '::1')
    throw new ExplainError('SOURCE_UNKNOWN', `nothing sends from ${address} over a network`, FORMS)
  return { kind: 'outside', name: address, addresses: [address], node: undefined, onNode: false, pod: undefined }
}

function hostSource({ network }: ClusterFacts): Source {
  if (network.hostAddresses.length === 0)
    throw new ExplainError(
      'SOURCE_UNKNOWN',
      'this cluster has no host that stands beside its nodes',
      'say who sends: --from pod/NAME, node/NAME, or the address of a client outside',
    )
  return {
    kind: 'host',
    name: 'the host',
    addresses: network.hostAddresses,
    node: undefined,
    onNode: false,
    pod: undefined,
  }
}

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
  const describe = `kubectl describe pod ${pod.metadata?.name} -n ${pod.metadata?.namespace}`
  if (isTerminal(pod))
    throw new ExplainError(
      'SOURCE_UNKNOWN',
      `pod ${nameOf(pod)} has ended (${pod.status?.phase}): it sends nothing`,
      describe,
    )
  if (!nodeName || addresses.length === 0)
    throw new ExplainError(
      'SOURCE_UNKNOWN',
      `pod ${nameOf(pod)} has no address yet: it is ${pod.status?.phase ?? 'Pending'}${nodeName ? '' : ' and on no node'}`,
      describe,
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
  throw new ExplainError(
    'SOURCE_UNKNOWN',
    `there is no pod ${name} in namespace ${namespace}`,
    podHint(facts, namespace, name),
  )
}

/** Where a pod of that name is, or what its name is like. */
export function podHint(facts: ClusterFacts, namespace: string, name: string): string {
  const [dotted = '', inNamespace = ''] = name.split('.')
  const elsewhere =
    facts.pods.find(({ metadata }) => metadata?.name === name) ?? find(facts.pods, dotted, inNamespace || 'default')
  if (elsewhere !== undefined) return `there is ${podWord(elsewhere)}`
  const own = facts.pods.filter(({ metadata }) => metadata?.namespace === namespace)
  const near = nearest(
    name,
    own.map(({ metadata }) => metadata?.name ?? ''),
  )
  return near.length > 0
    ? `the nearest: ${own
        .filter(({ metadata }) => near.includes(metadata?.name ?? ''))
        .map(podWord)
        .join(', ')}`
    : `kubectl get pods -n ${namespace}`
}

function nodeNamed(facts: ClusterFacts, name: string): Source {
  const node = find(facts.nodes, name)
  if (node !== undefined) return nodeSource(node)
  throw new ExplainError('SOURCE_UNKNOWN', `there is no node ${name}`, nodeHint(facts))
}

export const nodeHint = ({ nodes }: ClusterFacts): string =>
  `the nodes: ${nodes
    .map(({ metadata }) => metadata?.name ?? '')
    .sort()
    .join(', ')}`
