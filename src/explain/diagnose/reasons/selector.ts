import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { matchesMap } from '#objects/label-selector.ts'
import { isTerminal } from '#objects/pod.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { declaredPorts, openPorts } from '../../cluster/listening.ts'
import { unlikeness } from '../../cluster/nearest.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Finding, FindingFrame } from '../../trace/finding.ts'
import type { ScaledToZero } from '../../trace/findings/endpoints.ts'
import type { Labelled } from '../../trace/findings/selector.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import { look, patch, run, where } from '../cure.ts'

type Labels = Readonly<Record<string, string>>

/** Written by controllers: they change with each rollout, or name one pod alone. */
const GENERATED = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
])

/** A Deployment, or a ReplicaSet of nobody’s, makes the pods that the selector wants, and was told to make none. */
export function scaledToZero(facts: ClusterFacts, service: Service): (ScaledToZero & FindingFrame) | undefined {
  const of = (kind: string, objects: readonly (Deployment | ReplicaSet)[] = []) =>
    objects.filter((one) => makesPodsOf(one, service) && one.spec?.replicas === 0).map((object) => ({ kind, object }))
  // A ReplicaSet of a Deployment is scaled by it.
  const alone = facts.replicaSets?.filter(({ metadata }) => !metadata?.ownerReferences?.some((one) => one.controller))
  const [idle] = [...of('Deployment', facts.deployments), ...of('ReplicaSet', alone)]
  if (idle === undefined) return undefined
  const { kind, object } = idle
  const { name = '', namespace } = object.metadata ?? {}
  const scale = ['kubectl', 'scale', kind.toLowerCase(), name, ...where(namespace), '--replicas=1']
  return {
    reason: 'scaled-to-zero',
    service: refOf('Service', service),
    workload: refOf(kind, object),
    cures: [run({ code: 'scale-to-one' }, ...scale)],
  }
}

const makesPodsOf = (object: Deployment | ReplicaSet, { metadata, spec }: Service): boolean =>
  object.metadata?.namespace === metadata?.namespace &&
  Object.entries(spec?.selector ?? {}).every(([key, value]) => object.spec?.template?.metadata?.labels?.[key] === value)

/** The selector matches no pod that lives: what the nearest pods are labelled. */
export function selectorMatchesNothing(facts: ClusterFacts, service: Service, ended: readonly Pod[]): Finding {
  const { namespace } = service.metadata ?? {}
  const selector = service.spec?.selector ?? {}
  const elsewhere = facts.pods.filter(
    (pod) => pod.metadata?.namespace !== namespace && matchesMap(selector, pod.metadata?.labels),
  )
  const near = nearestSelectors(facts, service)
  const meant = near.filter(({ labels, pods }) => mayBeMeant(facts, service, labels, pods))
  const showLabels = ['kubectl', 'get', 'pods', ...where(namespace), '--show-labels']
  return {
    reason: 'selector-matches-nothing',
    service: refOf('Service', service),
    selector,
    ended: ended.map(podRef),
    elsewhere: elsewhere.slice(0, 3).map(podRef),
    near: near.map(labelled),
    cures:
      meant.length === 0
        ? [look({ code: 'show-labels' }, ...showLabels)]
        : meant.slice(0, 2).map(({ labels }) =>
            patch({ code: 'select', labels }, 'service', service, {
              spec: { selector: replacing(selector, labels) },
            }),
          ),
  }
}

const podRef = (pod: Pod): ObjectRef => refOf('Pod', pod)

/** As the trace has them. */
export const labelled = ({ labels, pods }: { readonly labels: Labels; readonly pods: readonly Pod[] }): Labelled => ({
  labels,
  count: pods.length,
  pods: pods.slice(0, 3).map(podRef),
})

const MOST_UNLIKE = 0.4

/**
 * Whether labels can be what a selector means, rather than what merely happens to be there: by a value, by the
 * Service's name, or by what its pods do.
 */
function mayBeMeant(facts: ClusterFacts, service: Service, labels: Labels, pods: readonly Pod[]): boolean {
  const name = service.metadata?.name ?? ''
  const wanted = Object.values(service.spec?.selector ?? {})
  const values = Object.values(labels)
  if (values.some((value) => [...wanted, name].some((one) => unlikeness(one, value) <= MOST_UNLIKE))) return true
  return (service.spec?.ports ?? []).some(({ port, targetPort, protocol }) =>
    pods.some((pod) =>
      typeof targetPort === 'string' && targetPort !== ''
        ? declaredPorts(pod, protocol || 'TCP').some((one) => one.name === targetPort)
        : openPorts(facts, pod, protocol || 'TCP')?.includes((targetPort as number) || port),
    ),
  )
}

/** A merge patch that leaves `labels` and nothing else. */
export const replacing = (selector: Labels, labels: Labels): Record<string, string | null> => ({
  ...Object.fromEntries(
    Object.keys(selector)
      .filter((key) => !(key in labels))
      .map((key) => [key, null]),
  ),
  ...labels,
})

/** For a Service that selects nothing: labels of the namespace's pods that are most like its name. */
export function labelsLikeName(facts: ClusterFacts, { metadata }: Service) {
  const name = metadata?.name ?? ''
  const found = new Map<string, { readonly labels: Labels; readonly far: number; readonly pods: Pod[] }>()
  for (const pod of facts.pods) {
    if (pod.metadata?.namespace !== metadata?.namespace || isTerminal(pod)) continue
    for (const [key, value] of Object.entries(pod.metadata?.labels ?? {})) {
      const far = unlikeness(name, value)
      if (GENERATED.has(key) || far > 0.5) continue
      const text = `${key}=${value}`
      const group = found.get(text) ?? { labels: { [key]: value }, far, pods: [] }
      found.set(text, group)
      group.pods.push(pod)
    }
  }
  return [...found.values()].sort((a, b) => a.far - b.far).slice(0, 2)
}

/** Labels of the namespace's pods that are nearest to what the selector wants, and the pods that have them. */
function nearestSelectors(facts: ClusterFacts, service: Service) {
  const selector = service.spec?.selector ?? {}
  const found = new Map<string, { labels: Labels; far: number; pods: Pod[] }>()
  for (const pod of facts.pods) {
    if (pod.metadata?.namespace !== service.metadata?.namespace || isTerminal(pod)) continue
    const own = Object.fromEntries(Object.entries(pod.metadata?.labels ?? {}).filter(([key]) => !GENERATED.has(key)))
    if (Object.keys(own).length === 0) continue
    const { labels, far } = nearestLabels(selector, own)
    const key = JSON.stringify(labels)
    const group = found.get(key) ?? {
      labels,
      far: far + unlikeness(service.metadata?.name ?? '', pod.metadata?.name ?? '') / 100,
      pods: [],
    }
    found.set(key, group)
    group.pods.push(pod)
  }
  const sorted = [...found.values()].sort((a, b) => a.far - b.far)
  const [best] = sorted
  // What is much farther than the nearest is not meant.
  return sorted.filter(({ far }) => best !== undefined && far <= best.far + 0.25).slice(0, 3)
}

/**
 * Of a pod's labels those that the selector means, and how far it is from them: 0 equal, 1 a key for which nothing
 * stands.
 */
export function nearestLabels(selector: Labels, own: Labels): { readonly labels: Labels; readonly far: number } {
  const labels: Record<string, string> = {}
  let far = 0
  for (const [key, value] of Object.entries(selector)) {
    const [best] = Object.entries(own)
      .map(([ownKey, ownValue]) => ({
        ownKey,
        ownValue,
        far: 0.5 * unlikeness(key, ownKey) + 0.5 * unlikeness(value, ownValue),
      }))
      .sort((a, b) => a.far - b.far)
    far += Math.min(1, best?.far ?? 1)
    if (best !== undefined && best.far < 0.6) labels[best.ownKey] = best.ownValue
  }
  return { labels: Object.keys(labels).length > 0 ? labels : own, far: far / Math.max(1, Object.keys(selector).length) }
}
