import type { Service } from '#api/core/service/message.ts'
import type { PolicyPod } from '#policy/peer.ts'
import { DIRECTIONS, type Direction, type Policy, type Rule, trafficOf } from '#policy/rule.ts'
import { holds, portsOf } from '#policy/traffic.ts'
import { addressText, slicesOf } from '../../../cluster/lookup.ts'
import { refOf } from '../../../cluster/reference.ts'
import { pointerOf, portsOfRule } from '../../../policies/rule-parts.ts'
import { policyRef } from '../../../policies/word.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { patch } from '../../cure.ts'
import { ledPorts } from '../behind-service.ts'
import { podsOf } from '../meant.ts'
import { meantBy } from '../port-names.ts'
import { type Check, policiesIn, type Scope } from './scope.ts'

/** Ports by a number that is a Service's, where it leads to another, and nobody has it who is asked. */
export const servicePorts: Check = (scope) =>
  policiesIn(scope).flatMap((policy) => {
    const selected = podsOf(scope, policy.subject)
    if (selected.length === 0) return []
    return DIRECTIONS.flatMap((direction) =>
      (policy.rules[direction] ?? []).flatMap((rule) => {
        // Who may ask anybody at a port may mean somebody outside.
        if (direction === 'egress' && !rule.peers?.every(({ kind }) => kind === 'pods')) return []
        const asked = direction === 'ingress' ? selected : meantBy(scope, rule)
        return asked.length === 0 ? [] : ofRule(scope, policy, direction, rule, asked)
      }),
    )
  })

function ofRule(
  scope: Scope,
  policy: Policy,
  direction: Direction,
  rule: Rule,
  asked: readonly PolicyPod[],
): readonly PolicyFinding[] {
  const { facts, view } = scope
  const object = view.objectOf(policy)
  const parts = portsOfRule(policy, object, direction, rule.path) ?? []
  return facts.services
    .filter((service) => isAsked(scope, service, asked))
    .flatMap((service) =>
      ledPorts(facts, service).flatMap(({ protocol, port, target }): readonly PolicyFinding[] => {
        const part = parts.find((one) => holds(one.rule.traffic, protocol, port) && isOnePort(one.rule, port))
        const isHad = asked.some((pod) =>
          view.declaredPorts(pod).some((one) => one.protocol === protocol && one.port === port),
        )
        const isLedTo = facts.services.some((one) =>
          ledPorts(facts, one).some(
            (led) => led.protocol === protocol && led.target === port && isAsked(scope, one, asked),
          ),
        )
        if (part === undefined || isHad || isLedTo) return []
        if (asked.some(({ ports }) => holds(trafficOf(rule, ports), protocol, target))) return []
        const isOfNamespace = policy.kind === 'NetworkPolicy'
        const value = isOfNamespace
          ? { protocol, port: target }
          : { [protocol.toLowerCase()]: { destinationPort: { number: target } } }
        return [
          {
            reason: 'policy-port-is-services',
            policy: policyRef(policy),
            path: part.path,
            service: refOf('Service', service),
            port: { port, protocol },
            target,
            cures: [
              patch(
                { code: 'let-port-pass', rule: rule.path, policy: policyRef(policy) },
                isOfNamespace ? 'networkpolicy' : 'clusternetworkpolicy',
                object,
                [{ op: 'add', path: `${pointerOf(rule.path)}/${isOfNamespace ? 'ports' : 'protocols'}/-`, value }],
              ),
            ],
          },
        ]
      }),
    )
}

/** By its number, and not one of a range. */
const isOnePort = ({ traffic }: Rule, port: number): boolean =>
  (['TCP', 'UDP', 'SCTP'] as const).every(
    (protocol) =>
      JSON.stringify(traffic[protocol]) === '[]' ||
      JSON.stringify(traffic[protocol]) === JSON.stringify(portsOf(protocol, port, port)[protocol]),
  )

/** Whether some of these pods are behind a Service. */
export const isAsked = ({ facts, view }: Scope, service: Service, asked: readonly PolicyPod[]): boolean =>
  slicesOf(facts, service)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .flatMap(({ addresses }) => addresses ?? [])
    .some((one) => {
      const pod = view.podAt(addressText(one) ?? '')
      return pod !== undefined && asked.includes(pod)
    })
