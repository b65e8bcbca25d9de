import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { keyOf } from '#objects/object-key.ts'
import { isTerminal } from '#objects/pod.ts'
import { ExplainError } from '../ask/explain-error.ts'
import { parseSource } from '../ask/source-text.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import {
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
import { refOf } from '../cluster/reference.ts'
import type { Question } from '../trace/question.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { SourceUnknown } from '../trace/refusal.ts'
import type { Sender } from '../trace/sender.ts'
import type { SenderStep } from '../trace/walk/step.ts'
import { nodeUnknown, podUnknown } from './unknown.ts'
import { workloadPod } from './workload-source.ts'

/** Who sends. */
export interface Source {
  readonly sender: Sender
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

/** The namespace of names that tell none: as asked for; else the sender's own. */
export const namespaceOf = ({ namespace }: Question, { pod }: Pick<Source, 'pod'>): string =>
  namespace ?? pod?.metadata?.namespace ?? 'default'

/** Finds the sender, or one of the pods that a workload or a Service stands for. Throws ExplainError. */
export function resolveSource(facts: ClusterFacts, { from, namespace = 'default' }: Question): Source {
  const text = parseSource(from, namespace)
  switch (text.kind) {
    case 'host':
      return hostSource(facts)
    case 'address':
      return addressSource(facts, text.address)
    case 'unclear':
      throw new ExplainError({ code: 'SOURCE_MALFORMED', why: 'no-source', from, meant: meant(facts, from) })
    case 'Node': {
      const node = find(facts.nodes, text.name)
      if (node === undefined) throw nodeUnknown(facts, 'SOURCE_UNKNOWN', text.name)
      return nodeSource(node)
    }
    case 'Pod': {
      const pod = find(facts.pods, text.name, text.namespace)
      if (pod === undefined) throw podUnknown(facts, 'SOURCE_UNKNOWN', text.namespace, text.name)
      return podSource(facts, pod)
    }
    default: {
      const { pod, step } = workloadPod(facts, text.kind, text.namespace, text.name)
      return { ...podSource(facts, pod), chosen: step }
    }
  }
}

/** What a person may have meant who left out the kind. */
function meant(facts: ClusterFacts, from: string): readonly ObjectRef[] {
  const node = find(facts.nodes, from)
  if (node !== undefined) return [refOf('Node', node)]
  return facts.pods.filter((pod) => pod.metadata?.name === from || keyOf(pod) === from).map((pod) => refOf('Pod', pod))
}

function addressSource(facts: ClusterFacts, address: string): Source {
  const only = (source: Source): Source => ({ ...source, addresses: [address] })
  const pod = podAt(facts, address)
  if (pod !== undefined) return only(podSource(facts, pod))
  const node = nodeAt(facts, address)
  if (node !== undefined) return only(nodeSource(node))
  if (facts.network.hostAddresses.includes(address)) return only(hostSource(facts))
  const home = nodeOfPodAddress(facts, address)
  const unknown = (refusal: SourceUnknown) => new ExplainError({ code: 'SOURCE_UNKNOWN', ...refusal })
  if (home !== undefined || inCidrs(facts.network.podCidrs, address))
    throw unknown({ why: 'no-pod-at', address, ...(home && { node: keyOf(home) }) })
  const service = facts.services.find((one) => [...clusterIpsOf(one), ...ingressOf(one)].includes(address))
  if (service !== undefined || inCidrs(facts.network.serviceCidrs, address))
    throw unknown({ why: 'service-address', address, ...(service && { service: refOf('Service', service) }) })
  if (/^(127\.|0\.|22[4-9]\.|23\d\.|255\.|ff)/.test(address) || address === '::' || address === '::1')
    throw unknown({ why: 'sends-nothing', address })
  return {
    sender: { kind: 'outside', address },
    addresses: [address],
    node: undefined,
    onNode: false,
    pod: undefined,
  }
}

function hostSource({ network }: ClusterFacts): Source {
  if (network.hostAddresses.length === 0) throw new ExplainError({ code: 'SOURCE_UNKNOWN', why: 'no-host' })
  return {
    sender: { kind: 'host' },
    addresses: network.hostAddresses,
    node: undefined,
    onNode: false,
    pod: undefined,
  }
}

const nodeSource = (node: Node): Source => ({
  sender: { kind: 'node', name: node.metadata?.name ?? '' },
  addresses: nodeAddresses(node),
  node: node.metadata?.name,
  onNode: true,
  pod: undefined,
})

/** A pod that has an address, as the sender. Throws ExplainError. */
export function podSource(facts: ClusterFacts, pod: Pod): Source {
  const { nodeName, hostNetwork } = pod.spec ?? {}
  const addresses = podAddresses(pod)
  const about = { pod: refOf('Pod', pod), phase: pod.status?.phase ?? 'Pending', onNode: Boolean(nodeName) }
  if (isTerminal(pod)) throw new ExplainError({ code: 'SOURCE_UNKNOWN', why: 'pod-ended', ...about })
  if (!nodeName || addresses.length === 0)
    throw new ExplainError({ code: 'SOURCE_UNKNOWN', why: 'pod-without-address', ...about })
  const node = hostNetwork ? find(facts.nodes, nodeName) : undefined
  return {
    sender: { kind: 'pod', namespace: pod.metadata?.namespace ?? '', name: pod.metadata?.name ?? '' },
    addresses: node === undefined ? addresses : nodeAddresses(node),
    node: nodeName,
    onNode: hostNetwork === true,
    pod,
  }
}
