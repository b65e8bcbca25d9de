import { isSelected, type NamedPort, type PolicyPod } from '#policy/peer.ts'
import { DNS_PODS } from '#policy/policy-objects.ts'
import { DIRECTIONS, type Policy, type Rule } from '#policy/rule.ts'
import { nearest } from '../../../cluster/nearest.ts'
import { type PortPart, pointerOf, portsOfRule } from '../../../policies/rule-parts.ts'
import { policyRef } from '../../../policies/word.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { patchPolicy, showPolicy } from '../cures.ts'
import { type Check, isDnsOfNodes, podsOf, policiesIn, type Scope } from './scope.ts'

/** Ports by a name that nobody has who is asked. */
export const unknownPorts: Check = (scope) =>
  policiesIn(scope).flatMap((policy) => {
    const selected = podsOf(scope, policy.subject)
    if (selected.length === 0) return []
    const object = scope.view.objectOf(policy)
    return DIRECTIONS.flatMap((direction) =>
      (policy.rules[direction] ?? [])
        .filter(({ names }) => names.length > 0)
        .flatMap((rule) => {
          const asked = direction === 'ingress' ? selected : meantBy(scope, rule)
          const ofDns = direction === 'egress' && asksDnsOfNodes(scope, rule) ? DNS_PODS.ports : []
          const declared = [...asked.flatMap(({ ports }) => ports), ...ofDns]
          return (portsOfRule(policy, object, direction, rule.path) ?? []).flatMap((part) =>
            asked.length + ofDns.length === 0 ? [] : unknownPort(scope, policy, part, declared),
          )
        }),
    )
  })

const asksDnsOfNodes = (scope: Scope, { peers }: Rule): boolean =>
  peers === undefined
    ? scope.facts.network.dnsOnNodes === true
    : peers.some((peer) => peer.kind === 'pods' && isDnsOfNodes(scope, peer))

/** Pods that a rule of egress leads to. */
export const meantBy = ({ view }: Scope, { peers }: Rule): readonly PolicyPod[] =>
  peers === undefined
    ? view.pods
    : view.pods.filter((pod) =>
        peers.some(
          (peer) =>
            peer.kind === 'pods' && isSelected(peer, pod.namespace, view.namespaceLabels(pod.namespace), pod.labels),
        ),
      )

function unknownPort(
  scope: Scope,
  policy: Policy,
  { path, rule }: PortPart,
  declared: readonly NamedPort[],
): readonly PolicyFinding[] {
  const [named] = rule.names
  if (named === undefined) return []
  const { name, protocol } = named
  const fitting = declared.filter((one) => protocol === undefined || one.protocol === protocol)
  if (fitting.some((one) => one.name === name)) return []
  const names = [...new Set(fitting.map((one) => one.name))]
  return [
    {
      reason: 'policy-port-unknown',
      policy: policyRef(policy),
      path,
      name,
      ...(protocol && { protocol }),
      declared: names,
      cures: [portCure(scope, policy, path, nearest(name, names)[0] ?? (names.length === 1 ? names[0] : undefined))],
    },
  ]
}

const portCure = ({ view }: Scope, policy: Policy, path: string, name: string | undefined): Cure => {
  if (name === undefined) return showPolicy(policy)
  const field = policy.kind === 'NetworkPolicy' ? 'port' : 'destinationNamedPort'
  return patchPolicy({ code: 'mean-port', path, port: name }, view, policy, [
    { op: 'replace', path: `${pointerOf(path)}/${field}`, value: name },
  ])
}
