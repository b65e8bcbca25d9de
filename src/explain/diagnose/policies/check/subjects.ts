import type { Labels } from '#objects/object.ts'
import type { Policy } from '#policy/rule.ts'
import { isLike } from '../../../cluster/nearest.ts'
import { refOf } from '../../../cluster/reference.ts'
import { lastingLabels } from '../../../policies/lasting-labels.ts'
import { wantedOf } from '../../../policies/nearest.ts'
import { hasPods, valueAt } from '../../../policies/rule-parts.ts'
import { podRef, policyRef } from '../../../policies/word.ts'
import type { Labelled } from '../../../trace/findings/selector.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { look, where } from '../../cure.ts'
import { nearestLabels, replacing } from '../../reasons/selector.ts'
import { patchPolicy, showPolicy } from '../cures.ts'
import { hostPodsOf, isMadeIn, namespacesOf, plainLabels, podsOf } from '../meant.ts'
import { type Check, policiesIn, type Scope } from './scope.ts'

/** Policies that cannot be read in full. */
export const unreadable: Check = (scope) =>
  policiesIn(scope).flatMap((policy): readonly PolicyFinding[] =>
    policy.faults.length === 0
      ? []
      : [
          {
            reason: 'policy-unreadable',
            policy: policyRef(policy),
            faults: policy.faults,
            cures: [showPolicy(policy)],
          },
        ],
  )

/** Policies that reach nobody: they select no pod, or only such as live in the network of their node. */
export const idleSubjects: Check = (scope) =>
  policiesIn(scope).flatMap((policy) => {
    if (podsOf(scope, policy.subject).length > 0) return []
    const hosts = hostPodsOf(scope, policy.subject)
    if (hosts.length > 0)
      return [
        {
          reason: 'policy-selects-host-network',
          policy: policyRef(policy),
          pods: hosts.map((pod) => refOf('Pod', pod)),
          cures: [showPolicy(policy)],
        },
      ]
    const found = selectsNothing(scope, policy)
    return found === undefined ? [] : [found]
  })

function selectsNothing(scope: Scope, policy: Policy): PolicyFinding | undefined {
  const { subject } = policy
  const namespaces = namespacesOf(scope, subject)
  const about = { reason: 'policy-selects-nothing', policy: policyRef(policy) } as const
  if (namespaces.length === 0) {
    // Of a namespace that is not there the API has no policy: a selector of namespaces means none.
    const wanted = 'labels' in subject.namespaces ? subject.namespaces.labels.map(wantedOf) : []
    const field = hasPods(valueAt(scope.view.objectOf(policy), 'spec.subject'))
      ? 'spec.subject.pods.namespaceSelector'
      : 'spec.subject.namespaces'
    return { ...about, path: field, what: 'namespaces', wanted, near: [], cures: [showNamespaces()] }
  }
  // One that means all pods of a namespace waits for them; so does one whose pods are scaled to none.
  const others = scope.view.pods.filter(({ namespace }) => namespaces.includes(namespace))
  if (subject.pods.length === 0 || isMadeIn(scope, namespaces, subject.pods)) return undefined
  const elsewhere = elsewhereOf(scope, policy)
  if (elsewhere !== undefined) return { ...about, ...elsewhere }
  if (others.length === 0) return undefined
  const near = nearTo(plainLabels(subject.pods), others)
  const path = policy.kind === 'ClusterNetworkPolicy' ? 'spec.subject.pods.podSelector' : 'spec.podSelector'
  const [best] = near
  const { namespace } = policyRef(policy)
  const show = ['kubectl', 'get', 'pods', ...(namespace ? where(namespace) : ['-A']), '--show-labels']
  return {
    ...about,
    path,
    what: 'pods',
    wanted: subject.pods.map(wantedOf),
    near,
    cures: [
      best === undefined
        ? look({ code: 'show-labels' }, ...show)
        : patchPolicy(
            { code: 'select', labels: best.labels },
            scope.view,
            policy,
            selecting(path, replacing(plainLabels(subject.pods) ?? {}, best.labels)),
          ),
    ],
  }
}

/** Where what has no namespace lands. */
const DEFAULT_NAMESPACE = 'default'

/**
 * Pods of other namespaces that have just these labels: its namespace was forgotten. One that has no pods yet may wait for its own,
 * but for that in which all lands that names none.
 */
function elsewhereOf(scope: Scope, policy: Policy) {
  const { subject } = policy
  const wanted = plainLabels(subject.pods)
  if (!('name' in subject.namespaces) || wanted === undefined) return undefined
  const own = subject.namespaces.name
  const found = [
    ...new Set(podsOf(scope, { namespaces: { labels: [] }, pods: subject.pods }).map((pod) => pod.namespace)),
  ]
  const isWaiting = own !== DEFAULT_NAMESPACE && !scope.view.pods.some(({ namespace }) => namespace === own)
  if (found.length === 0 || isWaiting) return undefined
  const labels = Object.entries(wanted).map(([key, value]) => `${key}=${value}`)
  return {
    path: 'spec.podSelector',
    what: 'pods',
    wanted: subject.pods.map(wantedOf),
    near: [],
    elsewhere: found.sort(),
    cures: [look({ code: 'show-labels' }, 'kubectl', 'get', 'pods', '-A', '-l', labels.join(','), '--show-labels')],
  } as const
}

export const showNamespaces = () => look({ code: 'show-namespaces' }, 'kubectl', 'get', 'namespaces', '--show-labels')

/** A merge patch of the selector at a path: plain values may stand in either of its lists. */
const selecting = (path: string, matchLabels: object): object =>
  path.split('.').reduceRight<object>((inner, word) => ({ [word]: inner }), { matchLabels, matchExpressions: null })

const YES = ['yes', 'true', 'on', '1', 'enabled']
const NO = ['no', 'false', 'off', '0', 'disabled']

/** Whether both say yes, or both no. */
const isSameAnswer = (one: string | undefined, other: string): boolean =>
  one !== undefined && [YES, NO].some((all) => all.includes(one) && all.includes(other))

/** What pods are labelled that may be meant by labels that none has. */
export const nearTo = (
  wanted: Labels | undefined,
  pods: readonly { readonly namespace: string; readonly name: string; readonly labels: Labels }[],
): readonly Labelled[] => {
  if (wanted === undefined) return []
  const found = new Map<string, { readonly labelled: Labelled; readonly far: number }>()
  for (const pod of pods) {
    const own = lastingLabels(pod.labels)
    if (Object.keys(own).length === 0) continue
    const { labels, far } = nearestLabels(wanted, own)
    const isMeant =
      Object.values(labels).some((value) => Object.values(wanted).some((one) => isLike(one, value))) ||
      Object.entries(labels).some(([key, value]) => isSameAnswer(wanted[key], value))
    if (!isMeant) continue
    const key = JSON.stringify(labels)
    const known = found.get(key)?.labelled
    const labelled: Labelled = {
      labels,
      count: (known?.count ?? 0) + 1,
      pods: [...(known?.pods ?? []), podRef(pod)].slice(0, 3),
    }
    found.set(key, { labelled, far })
  }
  return [...found.values()]
    .sort((left, right) => left.far - right.far)
    .slice(0, 3)
    .map(({ labelled }) => labelled)
}

/** Two of a tier that have one priority: which is asked first is not told. */
export const sharedPriorities: Check = (scope) => {
  const all = policiesIn(scope).filter(({ kind }) => kind === 'ClusterNetworkPolicy')
  // Each gets one, which no other gets.
  const given = new Map<Policy, number>()
  return all.flatMap((one, index) =>
    all.slice(index + 1).flatMap((other): readonly PolicyFinding[] => {
      const { tier, priority } = one
      if (tier === 'NetworkPolicy' || other.tier !== tier || other.priority !== priority) return []
      const direction = (['ingress', 'egress'] as const).find((way) => isDisputed(one, other, way))
      const selected = new Set(podsOf(scope, one.subject))
      const pod = podsOf(scope, other.subject).find((each) => selected.has(each))
      if (direction === undefined || pod === undefined) return []
      const [first, second] = one.name < other.name ? [one, other] : [other, one]
      const free = given.get(second) ?? freePriority(scope, tier, priority, [...given.values()])
      if (free !== undefined) given.set(second, free)
      return [
        {
          reason: 'priority-shared',
          policies: [policyRef(first), policyRef(second)],
          tier,
          priority,
          direction,
          pod: podRef(pod),
          cures:
            free === undefined
              ? [showPolicy(second)]
              : [
                  patchPolicy(
                    { code: 'give-priority', policy: policyRef(second), priority: free },
                    scope.view,
                    second,
                    { spec: { priority: free } },
                  ),
                ],
        },
      ]
    }),
  )
}

/** Whether what both say of a direction may differ. */
const isDisputed = (one: Policy, other: Policy, direction: 'ingress' | 'egress'): boolean => {
  const actions = (policy: Policy) => new Set((policy.rules[direction] ?? []).map(({ action }) => action))
  const [first, second] = [actions(one), actions(other)]
  return first.size > 0 && second.size > 0 && first.union(second).size > 1
}

const LAST_PRIORITY = 1000

const freePriority = (
  { view }: Scope,
  tier: Policy['tier'],
  after: number,
  given: readonly number[],
): number | undefined => {
  const taken = new Set([...view.policies.flatMap((one) => (one.tier === tier ? one.priority : [])), ...given])
  for (let priority = after + 1; priority <= LAST_PRIORITY; priority++) if (!taken.has(priority)) return priority
  return undefined
}
