import type { Service } from '#api/core/service/message.ts'
import { cidrSize } from '#net/cidr.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { heldAddress } from '#policy/peer.ts'
import type { Policy, Rule } from '#policy/rule.ts'
import { holds } from '#policy/traffic.ts'
import type { AskedPort } from '#policy/why.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { addressText, clusterIpsOf, slicesOf } from '../../cluster/lookup.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Led } from '../../policies/nearest.ts'
import type { PolicyView } from '../../policies/policy-view.ts'
import { peersOfRule, pointerOf } from '../../policies/rule-parts.ts'
import { policyRef } from '../../policies/word.ts'
import type { Cure } from '../../trace/cure.ts'
import { patch } from '../cure.ts'
import { dnsPeer, labelsOf, peerFor } from './peer-of.ts'

/** A port of a Service, and one that it leads to at who is behind it. */
interface LedPort {
  readonly protocol: Protocol
  readonly port: number
  readonly target: number
}

export const ledPorts = (facts: ClusterFacts, service: Service): readonly LedPort[] =>
  (service.spec?.ports ?? []).flatMap(({ name, port, protocol }) => {
    const over = (protocol || 'TCP') as Protocol
    const targets = slicesOf(facts, service)
      .flatMap(({ ports }) => ports ?? [])
      .filter((one) => (one.name ?? '') === (name ?? '') && (one.protocol || 'TCP') === over)
      .flatMap((one) => one.port ?? [])
    return [...new Set(targets)].map((target) => ({ protocol: over, port, target }))
  })

/** As the Service is known that led there: by its addresses, and by its ports that lead to the one that is asked. */
export const ledBy = (facts: ClusterFacts, service: Service, asked: AskedPort): Led => ({
  service: refOf('Service', service),
  clusterIps: clusterIpsOf(service),
  ports: ledPorts(facts, service).flatMap(({ protocol, port, target }) =>
    protocol === asked.protocol && target === asked.port ? [port] : [],
  ),
})

/** Peers of a NetworkPolicy that mean who is behind a Service: its pods by its selector, else their addresses. */
const peersBehind = (facts: ClusterFacts, view: PolicyView, service: Service, namespace: string): readonly object[] => {
  const peers = slicesOf(facts, service)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .flatMap(({ addresses }) => addresses ?? [])
    .flatMap((one) => heldAddress(addressText(one) ?? '') ?? [])
    .map((address) => {
      const party = view.partyAt(address)
      if (view.isDns(party) && isDnsService(service)) return dnsPeer(view)
      // By labels that it does not have all others would be meant with it.
      const isAlone =
        party.pod === undefined || Object.keys(labelsOf(party.pod.labels, service.spec?.selector)).length > 0
      return peerFor(isAlone ? party : { address }, namespace, service.spec?.selector)
    })
  return [...new Map(peers.map((one) => [JSON.stringify(one), one])).values()]
}

const DNS_PORT = 53
const isDnsService = ({ spec }: Service): boolean => (spec?.ports ?? []).some(({ port }) => port === DNS_PORT)

interface Place {
  readonly policy: Policy
  readonly rule: Rule
  /** `spec.egress[0].to[1]`, a range. */
  readonly path: string
}

/**
 * Who is behind a Service in place of its address, and the ports that they have in place of the Service’s; `more`: what else is
 * done to the rule. Undefined where nobody is behind it.
 */
export function meanEndpoints(
  facts: ClusterFacts,
  view: PolicyView,
  { policy, rule, path }: Place,
  service: Service,
  more: readonly object[] = [],
): Cure | undefined {
  const object = view.objectOf(policy)
  const namespace = object.metadata?.namespace ?? ''
  const [first, ...others] = peersBehind(facts, view, service, namespace)
  if (first === undefined || policy.kind !== 'NetworkPolicy') return undefined
  const blocks = (peersOfRule(policy, object, 'egress', rule.path) ?? [])
    .filter((part) => part.path === path)
    .flatMap(({ peers }) => peers)
  const isAlone = blocks.every((one) => one.kind === 'block' && cidrSize(one.block) === 1n)
  const list = pointerOf(path).replace(/\/\d+$/, '/-')
  const ports = ledPorts(facts, service)
    .filter(
      ({ protocol, port, target }) => holds(rule.traffic, protocol, port) && !holds(rule.traffic, protocol, target),
    )
    .map(({ protocol, target }) => ({
      op: 'add',
      path: `${pointerOf(rule.path)}/ports/-`,
      value: { protocol, port: target },
    }))
  const operations = [
    isAlone ? { op: 'replace', path: pointerOf(path), value: first } : { op: 'add', path: list, value: first },
    ...others.map((value) => ({ op: 'add', path: list, value })),
    ...ports,
    ...more,
  ]
  const distinct = [...new Map(operations.map((one) => [JSON.stringify(one), one])).values()]
  return patch(
    { code: 'mean-behind', path, policy: policyRef(policy), service: refOf('Service', service) },
    'networkpolicy',
    object,
    distinct,
  )
}
