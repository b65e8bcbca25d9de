import type { Service } from '#api/core/service/message.ts'
import { cidrSize, nthAddress } from '#net/cidr.ts'
import { formatAddress } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { PolicyPod } from '#policy/peer.ts'
import type { Policy } from '#policy/rule.ts'
import { addressText, familyOfText, slicesOf } from '../../../cluster/lookup.ts'
import { refOf } from '../../../cluster/reference.ts'
import type { PolicyView } from '../../../policies/policy-view.ts'
import { podRef, policyRef } from '../../../policies/word.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { patch } from '../../cure.ts'
import { addRule, showPolicy } from '../cures.ts'
import type { Check, Scope } from './scope.ts'

interface Endpoint {
  readonly pod: PolicyPod
  readonly address: string
  readonly port: number
}

/** Services of which nobody at all may ask all, or some, of the ready pods. */
export const closedServices: Check = (scope) => {
  const clients = clientsOf(scope)
  return scope.facts.services
    .filter(({ metadata }) => scope.namespace === undefined || metadata?.namespace === scope.namespace)
    .flatMap((service) =>
      (service.spec?.ports ?? []).flatMap(({ name, port, protocol }): readonly PolicyFinding[] => {
        const over = (protocol || 'TCP') as Protocol
        const ready = endpointsOf(scope, service, name ?? '', over)
        const closed = ready.filter((one) => !isOpen(scope.view, clients, one, over))
        const [first] = closed
        if (first === undefined) return []
        const pods = [...new Set(closed.map(({ pod }) => pod))]
        const policies = [...new Set(pods.flatMap((pod) => isolating(scope.view, pod)))]
        return [
          {
            reason: 'service-closed',
            service: refOf('Service', service),
            port: { port, protocol: over, ...(name && { name }) },
            pods: pods.map(podRef),
            of: new Set(ready.map(({ pod }) => pod)).size,
            policies: policies.map(policyRef),
            cures: opening(scope, clients, first, over),
          },
        ]
      }),
    )
}

/** Of pods that policies see alike one. */
const clientsOf = ({ view }: Scope): readonly PolicyPod[] => [
  ...new Map(
    view.pods
      .filter(({ addresses }) => addresses.length > 0)
      .map((pod) => [JSON.stringify([pod.namespace, Object.entries(pod.labels).sort()]), pod]),
  ).values(),
]

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
            return pod === undefined || address === undefined || !port ? [] : [{ pod, address, port }]
          }),
      ),
  )

const isolating = (view: PolicyView, pod: PolicyPod): readonly Policy[] =>
  view.policiesOf(pod).filter(({ rules }) => rules.ingress !== undefined)

/** Somebody outside of everything, where a rule means anyone; of the ranges for documentation. */
const STRANGERS = { IPv4: '192.0.2.1', IPv6: '2001:db8::1' } as const

/** Whether anybody may ask it: another pod, a stranger, or an address of a range that a rule means. */
function isOpen(
  view: PolicyView,
  clients: readonly PolicyPod[],
  { pod, address, port }: Endpoint,
  protocol: Protocol,
): boolean {
  const policies = isolating(view, pod)
  if (policies.length === 0) return true
  const family = familyOfText(address)
  const passes = (from: string): boolean => {
    const word = view.word('ingress', from, address, { protocol, port })
    return from !== address && word?.passes !== false
  }
  return (
    passes(STRANGERS[family]) ||
    clients.some(
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

/** A rule for the pods of its own namespace, or of all where it stands alone there. */
function opening(
  { view }: Scope,
  clients: readonly PolicyPod[],
  { pod, address, port }: Endpoint,
  protocol: Protocol,
): readonly Cure[] {
  const family = familyOfText(address)
  const others = view.pods.filter((one) => one !== pod && one.addresses.length > 0)
  const isNear = others.some(({ namespace }) => namespace === pod.namespace)
  const words = clients
    .filter((one) => one !== pod && (!isNear || one.namespace === pod.namespace))
    .flatMap(({ addresses }) => addresses.find((one) => familyOfText(one.text) === family) ?? [])
    .flatMap(({ text }) => view.word('ingress', text, address, { protocol, port }) ?? [])
  const all = isolating(view, pod)
  const policy = all.find(({ kind }) => kind === 'NetworkPolicy')
  // What a ClusterNetworkPolicy denies no other lets pass.
  const denying = words.find(({ by }) => by?.policy.kind === 'ClusterNetworkPolicy')?.by?.policy
  const shown = denying ?? (policy === undefined || words.length === 0 ? all[0] : undefined)
  if (shown !== undefined) return [showPolicy(shown)]
  if (policy === undefined) return []
  const object = view.objectOf(policy)
  const rule = { from: [isNear ? { podSelector: {} } : { namespaceSelector: {} }], ports: [{ protocol, port }] }
  return [
    patch(
      { code: 'let-namespace-pass', policy: policyRef(policy), ...(isNear && { namespace: pod.namespace }) },
      'networkpolicy',
      object,
      addRule(object, 'ingress', rule),
    ),
  ]
}
