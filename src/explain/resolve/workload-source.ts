import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { selects } from '#objects/label-selector.ts'
import { isTerminal } from '#objects/pod.ts'
import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { find, podAddresses, selectedPods, slicesOf } from '../cluster/lookup.ts'
import { nameOf } from '../cluster/names.ts'
import { nearest } from '../cluster/nearest.ts'
import { refOf } from '../cluster/reference.ts'
import type { SenderStep } from '../trace/step.ts'
import { listed } from '../words/text.ts'

type Kind = 'Deployment' | 'ReplicaSet' | 'StatefulSet' | 'DaemonSet' | 'Job' | 'Service'

/** Each kind by the names that kubectl has for it, the one to write first. */
const NAMES: { readonly [K in Kind]: readonly string[] } = {
  Deployment: ['deploy', 'deployment', 'deployments'],
  ReplicaSet: ['rs', 'replicaset', 'replicasets'],
  StatefulSet: ['sts', 'statefulset', 'statefulsets'],
  DaemonSet: ['ds', 'daemonset', 'daemonsets'],
  Job: ['job', 'jobs'],
  Service: ['svc', 'service', 'services'],
}

/** The kind of what stands for its pods: `deploy` → Deployment. */
export const workloadKind = (word: string): Kind | undefined =>
  (Object.keys(NAMES) as Kind[]).find((kind) => NAMES[kind].includes(word))

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
  const [best] = pods.toSorted((a, b) => fitness(b) - fitness(a) || (nameOf(a) < nameOf(b) ? -1 : 1))
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
  const [word = '', , many = ''] = NAMES[kind]
  const known = kind === 'Deployment' ? facts.deployments : kind === 'ReplicaSet' ? facts.replicaSets : undefined
  const all = kind === 'Service' ? facts.services : known
  if (all === undefined || all.length === 0)
    return new ExplainError(
      'SOURCE_UNKNOWN',
      `no pod belongs to a ${kind} ${name} in namespace ${namespace}`,
      `kubectl get pods -n ${namespace} shows those that are there: write pod/NAME`,
    )
  const object = find<(typeof all)[number]>(all, name, namespace)
  if (object === undefined) {
    const elsewhere = all.find(({ metadata }) => metadata?.name === name)
    const names = all.filter(({ metadata }) => metadata?.namespace === namespace).map((one) => one.metadata?.name ?? '')
    const near = nearest(name, names).map((one) => `${word}/${one}`)
    return new ExplainError(
      'SOURCE_UNKNOWN',
      `there is no ${kind} ${name} in namespace ${namespace}`,
      elsewhere
        ? `there is ${word}/${elsewhere.metadata?.namespace}/${name}`
        : near.length > 0
          ? `the nearest: ${listed(near, 'or')}`
          : `kubectl get ${many} -n ${namespace}`,
    )
  }
  if (kind === 'Service')
    return new ExplainError(
      'SOURCE_UNKNOWN',
      `a Service sends nothing by itself, and no pod is behind ${nameOf(object)}`,
      `--to svc/${name} says why; as --from write a pod, a node or an address`,
    )
  const replicas = (object.spec as { readonly replicas?: number } | undefined)?.replicas
  return new ExplainError(
    'SOURCE_UNKNOWN',
    `${kind} ${nameOf(object)} has no pod that could send${replicas === 0 ? ': it is scaled to 0' : ''}`,
    replicas === 0
      ? `kubectl scale ${word}/${name} -n ${namespace} --replicas=1`
      : `kubectl describe ${word}/${name} -n ${namespace}`,
  )
}
