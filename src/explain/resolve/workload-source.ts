import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { selects } from '#objects/label-selector.ts'
import { byKey } from '#objects/object-key.ts'
import { isTerminal } from '#objects/pod.ts'
import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { find, podAddresses, selectedPods, slicesOf } from '../cluster/lookup.ts'
import { nearest } from '../cluster/nearest.ts'
import { refOf } from '../cluster/reference.ts'
import type { Workload } from '../trace/object-word.ts'
import type { SourceUnknown } from '../trace/refusal.ts'
import type { SenderStep } from '../trace/walk/step.ts'

type Kind = Workload | 'Service'

/**
 * One of the pods of a workload, or behind a Service, and the step that says which: the first by name of those that can
 * send best. Throws ExplainError where there is none.
 */
export function workloadPod(
  facts: ClusterFacts,
  kind: Kind,
  namespace: string,
  name: string,
): { readonly pod: Pod; readonly step: SenderStep } {
  const pods = podsOf(facts, kind, namespace, name).filter((pod) => !isTerminal(pod))
  const [best] = pods.toSorted((a, b) => fitness(b) - fitness(a) || byKey(a, b))
  if (best === undefined) throw nobody(facts, kind, namespace, name)
  const workload = { kind, namespace, name }
  return { pod: best, step: { code: 'sender-chosen', workload, pod: refOf('Pod', best), of: pods.length } }
}

const fitness = (pod: Pod): number =>
  (podAddresses(pod).length > 0 ? 4 : 0) + (isLeaving(pod) ? 0 : 2) + (isReady(pod) ? 1 : 0)

function podsOf(facts: ClusterFacts, kind: Kind, namespace: string, name: string): readonly Pod[] {
  if (kind === 'Service') return podsBehind(facts, find(facts.services, name, namespace))
  const own = kind === 'Deployment' ? facts.deployments : kind === 'ReplicaSet' ? (facts.replicaSets ?? []) : []
  const workload = find<(typeof own)[number]>(own, name, namespace)
  const here = facts.pods.filter(({ metadata }) => metadata?.namespace === namespace)
  if (workload !== undefined) return here.filter(({ metadata }) => selects(workload.spec?.selector, metadata?.labels))
  // What is not among the facts is known by what it owns.
  return here.filter(({ metadata }) =>
    metadata?.ownerReferences?.some(({ kind: owner, name: owning, controller }) => {
      if (!controller) return false
      return kind === 'Deployment'
        ? owner === 'ReplicaSet' && owning === `${name}-${metadata.labels?.['pod-template-hash']}`
        : owner === kind && owning === name
    }),
  )
}

/** Those that its selector matches; without one, those that its endpoints name. */
function podsBehind(facts: ClusterFacts, service: Service | undefined): readonly Pod[] {
  if (service === undefined) return []
  const selected = selectedPods(facts, service)
  if (selected.length > 0) return selected
  const { namespace } = service.metadata ?? {}
  return slicesOf(facts, service)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .flatMap(({ targetRef }) => (targetRef?.kind === 'Pod' && find(facts.pods, targetRef.name ?? '', namespace)) || [])
}

/** It is not there, or has no pod that could send. */
function nobody(facts: ClusterFacts, kind: Kind, namespace: string, name: string): ExplainError {
  const refused = (refusal: SourceUnknown) => new ExplainError({ code: 'SOURCE_UNKNOWN', ...refusal })
  const workload = { kind, namespace, name }
  const known = kind === 'Deployment' ? facts.deployments : kind === 'ReplicaSet' ? facts.replicaSets : undefined
  const all = kind === 'Service' ? facts.services : known
  if (all === undefined || all.length === 0)
    return refused({ why: 'workload-unknown', workload, known: false, near: [] })
  const object = find<(typeof all)[number]>(all, name, namespace)
  if (object === undefined) {
    const elsewhere = all.find(({ metadata }) => metadata?.name === name)
    const names = all.filter(({ metadata }) => metadata?.namespace === namespace).map((one) => one.metadata?.name ?? '')
    return refused({
      why: 'workload-unknown',
      workload,
      known: true,
      ...(elsewhere && { elsewhere: refOf(kind, elsewhere) }),
      near: nearest(name, names),
    })
  }
  if (kind === 'Service') return refused({ why: 'service-without-pods', service: workload })
  const replicas = (object.spec as { readonly replicas?: number } | undefined)?.replicas
  return refused({ why: 'workload-without-pods', workload, scaledToZero: replicas === 0 })
}
