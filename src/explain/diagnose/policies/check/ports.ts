import type { NamedPort } from '#policy/peer.ts'
import { DIRECTIONS, type Policy } from '#policy/rule.ts'
import { type PortPart, pointerOf, portsOfRule } from '../../../policies/rule-parts.ts'
import { policyRef } from '../../../policies/word.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { patchPolicy, showPolicy } from '../cures.ts'
import { podsOf } from '../meant.ts'
import { askedNames, meantName } from '../port-names.ts'
import { type Check, policiesIn, type Scope } from './scope.ts'

/** Ports by a name that nobody has who is asked. */
export const unknownPorts: Check = (scope) =>
  policiesIn(scope).flatMap((policy) => {
    if (podsOf(scope, policy.subject).length === 0) return []
    const object = scope.view.objectOf(policy)
    return DIRECTIONS.flatMap((direction) =>
      (policy.rules[direction] ?? [])
        .filter(({ names }) => names.length > 0)
        .flatMap((rule) => {
          const declared = askedNames(scope, policy, direction, rule)
          return (portsOfRule(policy, object, direction, rule.path) ?? []).flatMap((part) =>
            declared === undefined ? [] : unknownPort(scope, policy, part, declared),
          )
        }),
    )
  })

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
      cures: [portCure(scope, policy, path, meantName(name, names))],
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
