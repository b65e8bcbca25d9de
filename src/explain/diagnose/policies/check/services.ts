import type { Service } from '#api/core/service/message.ts'
import { cidrSize, nthAddress } from '#net/cidr.ts'
import { formatAddress } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { Peer, PolicyPod } from '#policy/peer.ts'
import { type Policy, trafficOf } from '#policy/rule.ts'
import { holds } from '#policy/traffic.ts'
import { type AskedPort, isMeant } from '#policy/why.ts'
import { addressText, familyOfText, slicesOf } from '../../../cluster/lookup.ts'
import { refOf } from '../../../cluster/reference.ts'
import type { EndWord, PolicyView } from '../../../policies/policy-view.ts'
import { podRef, policyRef } from '../../../policies/word.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { apply } from '../../cure.ts'
import { showPolicy } from '../cures.ts'
import { doneBy, ownPolicy, refOfOwn, subjectOf } from '../own-policy.ts'
import { leaving } from './leaving.ts'
import { type Check, type Endpoint, isUnsure, type Scope } from './scope.ts'

/** Services of which nobody at all may ask all, or some, of the ready pods, and no other finding tells why. */
export const closedServices: Check = (scope) => {
  const clients = clientsOf(scope)
  return scope.facts.services
    .filter(({ metadata }) => scope.namespace === undefined || metadata?.namespace === scope.namespace)
    .flatMap((service) =>
      (service.spec?.ports ?? []).flatMap(({ name, port, protocol }): readonly PolicyFinding[] => {
        const over = (protocol || 'TCP') as Protocol
        const ready = endpointsOf(scope, service, name ?? '', over)
        const closed = ready.filter((one) => !isOpen(scope.view, clients, one) && !isExplained(scope, one))
        if (closed.length === 0) return []
        const pods = [...new Set(closed.map(({ pod }) => pod))]
        const policies = [...new Set(closed.flatMap((one) => stopping(scope.view, clients, one)))]
        return [
          {
            reason: 'service-closed',
            service: refOf('Service', service),
            port: { port, protocol: over, ...(name && { name }) },
            pods: pods.map(podRef),
            of: new Set(ready.map(({ pod }) => pod)).size,
            policies: policies.map(policyRef),
            cures: distinct(closed.flatMap((one) => mending(scope, clients, service, one))),
          },
        ]
      }),
    )
}

/** What does the same, whatever its policy is called, is one. */
const distinct = (cures: readonly Cure[]): readonly Cure[] =>
  [
    ...new Map(
      cures.toReversed().map((one) => [JSON.stringify(one.input === undefined ? one.argv : doneBy(one.input)), one]),
    ).values(),
  ].toReversed()

type Clients = ReadonlySet<PolicyPod>

/** Of pods that policies see alike two: one of them may be asked by the other. */
const clientsOf = ({ view }: Scope): Clients => {
  const pods = view.pods.filter(({ addresses }) => addresses.length > 0)
  const alike = Map.groupBy(pods, ({ namespace, labels }) => JSON.stringify([namespace, Object.entries(labels).sort()]))
  return new Set([...alike.values()].flatMap((all) => all.slice(0, 2)))
}

const endpointsOf = ({ facts, view }: Scope, service: Service, name: string, protocol: Protocol): readonly Endpoint[] =>
  slicesOf(facts, service).flatMap(({ ports, endpoints }) =>
    (ports ?? [])
      .filter((one) => (one.name ?? '') === name && (one.protocol || 'TCP') === protocol)
      .flatMap(({ port }) =>
        (endpoints ?? [])
          .filter(({ conditions }) => conditions?.ready !== false)
          .flatMap(({ addresses }) => addresses ?? [])
          .flatMap((text) => {
            const address = addressText(text)
            const pod = address === undefined ? undefined : view.podAt(address)
            return pod === undefined || address === undefined || !port ? [] : [{ pod, address, port, protocol }]
          }),
      ),
  )

const isolating = (view: PolicyView, pod: PolicyPod): readonly Policy[] =>
  view.policiesOf(pod).filter(({ rules }) => rules.ingress !== undefined)

/** Whether what lets somebody in at that port is found wrong already, and only a person can mend it. */
const isExplained = (scope: Scope, { pod, port, protocol }: Endpoint): boolean =>
  isolating(scope.view, pod).some(
    (policy) =>
      policy.kind === 'NetworkPolicy' &&
      (policy.rules.ingress ?? []).some(
        (rule) => holds(trafficOf(rule, pod.ports), protocol, port) && isUnsure(scope, policy, rule.path),
      ),
  )

/**
 * Of those that may ask it the ones that count: whom a rule of its policies means, and of all others, whom a NetworkPolicy keeps
 * away alike, one. All, where none isolates it, or a rule means anyone.
 */
function counting(view: PolicyView, clients: Clients, { pod, protocol, port }: Endpoint): readonly PolicyPod[] {
  const policies = isolating(view, pod)
  const peers = policies.flatMap(({ rules }) => (rules.ingress ?? []).map((rule) => rule.peers))
  if (peers.includes(undefined) || policies.every(({ kind }) => kind !== 'NetworkPolicy')) return [...clients]
  const meant = new Set<PolicyPod>()
  for (const peer of peers.flatMap((some) => some ?? []))
    for (const one of peer.kind === 'pods' ? view.podsOf(peer) : clients)
      if (clients.has(one) && (peer.kind === 'pods' || isOneMeant(view, peer, one, { protocol, port }))) meant.add(one)
  for (const one of clients)
    if (one !== pod && !meant.has(one)) {
      meant.add(one)
      break
    }
  return [...meant]
}

const isOneMeant = (view: PolicyView, peer: Peer, { addresses }: PolicyPod, asked: AskedPort): boolean =>
  addresses.some((address) => isMeant(peer, view.partyAt(address), asked))

/** What both ends say of each that may ask it. */
const asksOf = (view: PolicyView, clients: Clients, closed: Endpoint): readonly (readonly EndWord[])[] => {
  const { pod, address, port, protocol } = closed
  return counting(view, clients, closed)
    .filter((one) => one !== pod)
    .flatMap(({ addresses }) => addresses.find(({ text }) => familyOfText(text) === familyOfText(address)) ?? [])
    .map(({ text }) => view.words(text, address, { protocol, port }))
}

/** What its own policies say of each; where they let somebody in, what those of that one say. */
const wordsOf = (view: PolicyView, clients: Clients, closed: Endpoint): readonly EndWord[] => {
  const asks = asksOf(view, clients, closed)
  const isIn = (words: readonly EndWord[]) => words.every(({ direction, passes }) => direction === 'egress' || passes)
  const entering = asks.filter(isIn)
  return entering.length > 0
    ? entering.flatMap((words) => words.filter(({ passes }) => !passes))
    : asks.flatMap((words) => words.filter(({ direction }) => direction === 'ingress'))
}

/** Those that keep the other pods away: what denies them, or isolates one of both and lets none of them pass. */
const stopping = (view: PolicyView, clients: Clients, closed: Endpoint): readonly Policy[] => {
  const stops = wordsOf(view, clients, closed).flatMap(({ passes, by, isolatedBy }) =>
    passes ? [] : by === undefined ? isolatedBy : [by.policy],
  )
  return stops.length > 0 ? stops : isolating(view, closed.pod)
}

/** Somebody outside of everything, where a rule means anyone; of the ranges for documentation. */
const STRANGERS = { IPv4: '192.0.2.1', IPv6: '2001:db8::1' } as const

/** Whether anybody may ask it: another pod, a stranger, or an address of a range that a rule means. */
function isOpen(view: PolicyView, clients: Clients, asked: Endpoint): boolean {
  const { pod, address, port, protocol } = asked
  const policies = isolating(view, pod)
  if (policies.length === 0) return true
  const family = familyOfText(address)
  const passes = (from: string): boolean =>
    from !== address && view.words(from, address, { protocol, port }).every((one) => one.passes)
  return (
    passes(STRANGERS[family]) ||
    counting(view, clients, asked).some(
      (client) =>
        client !== pod && client.addresses.some((one) => familyOfText(one.text) === family && passes(one.text)),
    ) ||
    rangesOf(policies).some((from) => familyOfText(from) === family && passes(from))
  )
}

/** An address or two of each range that rules of ingress mean. */
const rangesOf = (policies: readonly Policy[]): readonly string[] =>
  policies
    .flatMap(({ rules }) => rules.ingress ?? [])
    .flatMap(({ peers }) => peers ?? [])
    .flatMap((peer) => {
      if (peer.kind !== 'block') return []
      const size = cidrSize(peer.block)
      return [0n, 1n, size - 1n].filter((at) => at < size).map((at) => formatAddress(nthAddress(peer.block, at)))
    })

const mending = (scope: Scope, clients: Clients, service: Service, closed: Endpoint): readonly Cure[] => {
  const leaves = wordsOf(scope.view, clients, closed).filter(({ direction }) => direction === 'egress')
  return leaves.length > 0 ? leaving(scope, leaves, service, closed) : [opening(scope, clients, service, closed)]
}

/** A policy for the pods of its own namespace; where it stands alone there, who is to ask only a person knows. */
function opening({ view }: Scope, clients: Clients, service: Service, closed: Endpoint): Cure {
  const { pod, port, protocol } = closed
  const own = view.podsOf({ namespaces: { name: pod.namespace }, pods: [] })
  const isNear = own.some((one) => one !== pod && one.addresses.length > 0)
  const isolatedBy = isolating(view, pod).filter(({ kind }) => kind === 'NetworkPolicy')
  const words = wordsOf(view, isNear ? new Set(own.filter((one) => clients.has(one))) : clients, closed)
  // What a ClusterNetworkPolicy denies no other lets pass.
  const denying = words.find(({ by }) => by?.policy.kind === 'ClusterNetworkPolicy')?.by?.policy
  // Who may ask is said, and not there yet: others are not let in in their place.
  const naming = isolatedBy.find(({ rules }) =>
    (rules.ingress ?? []).some(
      (rule) => (rule.peers ?? []).length > 0 && holds(trafficOf(rule, pod.ports), protocol, port),
    ),
  )
  if (denying !== undefined || naming !== undefined || isolatedBy.length === 0 || !isNear)
    return showPolicy(denying ?? naming ?? (isolating(view, pod)[0] as Policy))
  const policy = ownPolicy(
    pod.namespace,
    `allow-namespace-to-${service.metadata?.name}-${port}`,
    subjectOf(view, pod, isolatedBy, service.spec?.selector),
    'ingress',
    { from: [{ podSelector: {} }], ports: [{ protocol, port }] },
  )
  return apply({ code: 'let-namespace-pass', policy: refOfOwn(policy), namespace: pod.namespace }, policy)
}
