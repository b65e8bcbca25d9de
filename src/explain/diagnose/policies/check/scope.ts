import type { Protocol } from '#net/port-protocol.ts'
import type { PolicyPod } from '#policy/peer.ts'
import type { Policy } from '#policy/rule.ts'
import { ruleOf } from '../../../policies/rule-parts.ts'
import { policyRef } from '../../../policies/word.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { podsOf, type Seen } from '../meant.ts'

/** What is looked at: all policies, or those of one namespace. */
export interface Scope extends Seen {
  readonly namespace: string | undefined
  /** What was found, and only a person can mend. */
  readonly unsure: readonly PolicyFinding[]
}

export type Check = (scope: Scope) => readonly PolicyFinding[]

/** A ready pod behind a port of a Service. */
export interface Endpoint {
  readonly pod: PolicyPod
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
}

/** Whether a rule of a policy was found to be wrong, in whichever way only a person can mend. */
export const isUnsure = ({ unsure }: Scope, policy: Policy, rule: string): boolean => {
  const same = JSON.stringify(policyRef(policy))
  return unsure.some(
    (one) =>
      'policy' in one &&
      JSON.stringify(one.policy) === same &&
      (one.reason === 'policy-unreadable' || ('path' in one && ruleOf(one.path) === rule)),
  )
}

/** Of a namespace: its own, and those of the cluster that select a pod of it. */
export const policiesIn = (scope: Scope): readonly Policy[] =>
  scope.view.policies.filter(
    (policy) =>
      scope.namespace === undefined ||
      (policy.kind === 'NetworkPolicy'
        ? 'name' in policy.subject.namespaces && policy.subject.namespaces.name === scope.namespace
        : podsOf(scope, policy.subject).some(({ namespace }) => namespace === scope.namespace)),
  )
