import { type Policy, type Rule, trafficOf } from '#policy/rule.ts'
import { holds } from '#policy/traffic.ts'
import { peersOfRule, pointerOf, portsOfRule } from '../../../policies/rule-parts.ts'
import { policyRef } from '../../../policies/word.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { patch } from '../../cure.ts'
import { ledPorts } from '../behind-service.ts'
import { podsOf } from '../meant.ts'
import { type Check, policiesIn, type Scope } from './scope.ts'
import { isAsked } from './service-ports.ts'

/**
 * A rule of peers at all ports, and after it one that lets anybody in at all ports that there are, so that the first lets nobody
 * in: a dash stands between what was one rule. In egress anybody at a port is what people mean, as 443, or 53.
 */
export const splitRules: Check = (scope) =>
  policiesIn(scope).flatMap((policy) => {
    if (policy.kind !== 'NetworkPolicy') return []
    const rules = policy.rules.ingress ?? []
    return rules.flatMap((rule, index) => {
      const next = rules[index + 1]
      return next !== undefined && isSplit(scope, policy, rule, next)
        ? [finding(scope, policy, rule, next, index + 2 === rules.length)]
        : []
    })
  })

const isSplit = (scope: Scope, policy: Policy, rule: Rule, next: Rule): boolean => {
  const object = scope.view.objectOf(policy)
  const [peers, others] = [rule, next].map(({ path }) => peersOfRule(policy, object, 'ingress', path))
  const [ports, atPorts] = [rule, next].map(({ path }) => portsOfRule(policy, object, 'ingress', path))
  if (peers === undefined || ports !== undefined || others !== undefined || atPorts === undefined) return false
  const asked = podsOf(scope, policy.subject)
  const led = scope.facts.services
    .filter((service) => isAsked(scope, service, asked))
    .flatMap((service) => ledPorts(scope.facts, service))
    .map(({ protocol, target }) => ({ protocol, port: target }))
  const had = asked.flatMap((pod) => [...scope.view.declaredPorts(pod), ...led].map((one) => ({ ...one, pod })))
  return had.length > 0 && had.every(({ pod, protocol, port }) => holds(trafficOf(next, pod.ports), protocol, port))
}

const finding = ({ view }: Scope, policy: Policy, rule: Rule, next: Rule, isLast: boolean): PolicyFinding => {
  const [at, after] = [pointerOf(rule.path), pointerOf(next.path)]
  return {
    reason: 'rule-is-split',
    policy: policyRef(policy),
    path: next.path,
    before: rule.path,
    cures: [
      patch(
        { code: 'mean-one-rule', path: rule.path, policy: policyRef(policy) },
        'networkpolicy',
        view.objectOf(policy),
        [
          { op: 'copy', from: `${after}/ports`, path: `${at}/ports` },
          // In the middle of a list others would get its place: there it says the same again.
          isLast ? { op: 'remove', path: after } : { op: 'copy', from: `${at}/from`, path: `${after}/from` },
        ],
      ),
    ],
  }
}
