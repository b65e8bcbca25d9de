import type { Pod } from '#api/core/pod/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { type LabelRequirement, matchesLabels } from '#objects/label-requirement.ts'
import type { Labels } from '#objects/object.ts'
import { isTerminal } from '#objects/pod.ts'
import { isNamespaceOf, isSelected, type PodPeer, type PolicyPod } from '#policy/peer.ts'
import { DNS_PODS } from '#policy/policy-objects.ts'
import type { Policy } from '#policy/rule.ts'
import type { ClusterFacts } from '../../../cluster/facts.ts'
import type { PolicyView } from '../../../policies/policy-view.ts'
import { ruleOf } from '../../../policies/rule-parts.ts'
import { policyRef } from '../../../policies/word.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'

/** What is looked at: all policies, or those of one namespace. */
export interface Scope {
  readonly facts: ClusterFacts
  readonly view: PolicyView
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

/** Pods that a selector picks. */
export const podsOf = ({ view }: Scope, peer: PodPeer): readonly PolicyPod[] =>
  view.pods.filter(({ namespace, labels }) => isSelected(peer, namespace, view.namespaceLabels(namespace), labels))

/** Those of their node's network that it picks. */
export const hostPodsOf = ({ facts, view }: Scope, peer: PodPeer): readonly Pod[] =>
  facts.pods.filter((pod) => {
    const { namespace = '', labels = {} } = pod.metadata ?? {}
    return (
      pod.spec?.hostNetwork && !isTerminal(pod) && isSelected(peer, namespace, view.namespaceLabels(namespace), labels)
    )
  })

/** Namespaces that it picks. */
export const namespacesOf = (
  { view }: Pick<Scope, 'view'>,
  { namespaces }: Pick<PodPeer, 'namespaces'>,
): readonly string[] => view.namespaces.filter((name) => isNamespaceOf(namespaces, name, view.namespaceLabels(name)))

/** Whether something makes pods like that in one of these namespaces, though none is there at present. */
export const isMadeIn = ({ facts }: Scope, namespaces: readonly string[], pods: readonly LabelRequirement[]): boolean =>
  [...facts.deployments, ...(facts.replicaSets ?? [])].some(
    ({ metadata, spec }) =>
      namespaces.includes(metadata?.namespace ?? '') && matchesLabels(pods, spec?.template?.metadata?.labels),
  )

/** The labels that a selector wants by plain values; undefined where it wants anything else. */
export const plainLabels = (requirements: readonly LabelRequirement[]): Labels | undefined =>
  requirements.every(({ operator, values }) => (operator === '=' || operator === 'in') && values.length === 1)
    ? Object.fromEntries(requirements.map(({ key, values }) => [key, values[0] as string]))
    : undefined

/** The nodes answer for the pods that a rule for DNS means. */
export const isDnsOfNodes = ({ facts, view }: Scope, peer: PodPeer): boolean =>
  facts.network.dnsOnNodes === true &&
  namespacesOf({ view } as Scope, peer).includes(DNS_PODS.namespace) &&
  matchesLabels(peer.pods, DNS_PODS.labels)
