import { storedKind } from '#api/catalogue/kind.ts'
import { scalingOf } from '#api/catalogue/scaling.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { OwnerReference } from '#api/meta/object-meta.ts'
import type { PodDisruptionBudget } from '#api/policy/poddisruptionbudget/message.ts'
import { podDisruptionBudgets } from '#api/policy/poddisruptionbudget/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { isConflict, isNotFound } from '#client/client.ts'
import { selects } from '#objects/label-selector.ts'
import { keyOf } from '#objects/object-key.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import { type ControllerContext, onAny, type RunningController, recorderOf, runLoop } from '../context.ts'
import { sameValue } from '../values/equal.ts'
import { budgetStatus, failedStatus, needsScale, staleIn } from './desired.ts'

/** Keys of pods, beside those of budgets. */
const POD = 'pod '

/** Counts how many pods of each PodDisruptionBudget may be evicted. */
export const startDisruptionController = (context: ControllerContext): RunningController => {
  const { client, clock, informers, catalogue } = context
  const recorder = recorderOf(context, 'controllermanager')
  const [cache, podCache] = [informers.for(podDisruptionBudgets), informers.for(pods)]

  const find = (resource: Resource, name: string, namespace: string): Promise<ApiObject | undefined> =>
    client.get(resource, name, resource.namespaced ? { namespace } : {}).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
      return undefined
    })

  /** As many as the pod's controller asks for, or who controls that: a Deployment of its ReplicaSet. */
  const scaleOf = async (
    { apiVersion, kind: name, name: owner, uid }: OwnerReference,
    namespace: string,
  ): Promise<readonly [uid: string, scale: number] | undefined> => {
    const kind = catalogue.findKind(apiVersion, name)
    if (!kind) return undefined
    if (kind.subresources.scale === undefined) {
      const { plural, group } = kind.resource
      throw new Error(`${plural}${group ? `.${group}` : ''} does not implement the scale subresource`)
    }
    const object = await find(storedKind(kind).resource, owner, namespace)
    if (!object || object.metadata?.uid !== uid) return undefined
    const above = controllerOf(object)
    if (above?.kind === 'Deployment') return scaleOf(above, namespace)
    return [uid, scalingOf(kind).read(object).replicas ?? 0]
  }

  /** The sum of what the pods' controllers ask for, and the pods that have none. */
  const expectedOf = async (own: readonly Pod[], namespace: string) => {
    const seen = new Map<string, readonly [string, number] | undefined>()
    const unmanaged: Pod[] = []
    for (const pod of own) {
      const owner = controllerOf(pod)
      if (!owner) unmanaged.push(pod)
      else if (!seen.has(owner.uid)) {
        const scale = await scaleOf(owner, namespace)
        if (!scale) throw new Error(`found no controllers for pod ${JSON.stringify(pod.metadata?.name)}`)
        seen.set(owner.uid, scale)
      }
    }
    const scales = new Map([...seen.values()].map((scale) => scale!))
    return { expected: [...scales.values()].reduce((sum, scale) => sum + scale, 0), unmanaged }
  }

  const write = async (budget: PodDisruptionBudget, status: PodDisruptionBudget['status']): Promise<void> => {
    if (sameValue(status, budget.status)) return
    const { namespace } = budget.metadata!
    await client.update(podDisruptionBudgets, { ...budget, status }, { namespace, subresource: 'status' })
  }

  const syncBudget = async (key: string): Promise<number | undefined> => {
    const budget = cache.lister.byKey(key)
    if (!budget) return undefined
    const { namespace, name } = budget.metadata!
    const own = podCache.lister
      .list(namespace)
      .filter(({ metadata }) => selects(budget.spec?.selector, metadata?.labels))
    if (own.length === 0) recorder.record(budget, 'Normal', 'NoPods', 'No matching pods found')
    try {
      const { expected, unmanaged } = needsScale(budget)
        ? await expectedOf(own, namespace!)
        : { expected: own.length, unmanaged: [] }
      if (unmanaged.length > 0)
        recorder.record(
          budget,
          'Warning',
          'UnmanagedPods',
          `Pods selected by this PodDisruptionBudget (selector: ${goText(budget)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
        )
      const { status, late, dueIn } = budgetStatus(budget, own, expected, clock.now())
      for (const pod of late)
        recorder.record(
          pod,
          'Warning',
          'NotDeleted',
          `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`,
        )
      await write(budget, status)
      return dueIn
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) throw error
      const { message } = error as Error
      recorder.record(
        budget,
        'Warning',
        'CalculateExpectedPodCountFailed',
        `Failed to calculate the number of expected pods: ${message}`,
      )
      await write(budget, failedStatus(budget, message, clock.now()))
      return undefined
    }
  }

  /** A pod that was to be disrupted, and was not. */
  const syncPod = async (key: string): Promise<number | undefined> => {
    const pod = podCache.lister.byKey(key)
    const wait = pod && staleIn(pod, clock.now())
    if (wait === undefined || wait > 0) return wait
    const { namespace } = pod!.metadata!
    const conditions = pod!.status!.conditions!.map((one) => {
      if (one.type !== 'DisruptionTarget') return one
      return { type: one.type, status: 'False', lastTransitionTime: timeText(clock.now()) }
    })
    await client.update(pods, { ...pod!, status: { ...pod!.status, conditions } } as Pod, {
      namespace,
      subresource: 'status',
    })
    return undefined
  }

  const sync = (key: string): Promise<unknown> =>
    key.startsWith(POD) ? syncPod(key.slice(POD.length)) : syncBudget(key)
  const { queue, running } = runLoop(context, 'disruption', [cache, podCache], sync)
  cache.addHandlers(onAny((budget) => queue.add(keyOf(budget))))
  podCache.addHandlers(
    onAny((pod) => {
      const found = cache.lister
        .list(pod.metadata!.namespace)
        .filter(({ spec }) => selects(spec?.selector, pod.metadata?.labels))
      for (const budget of found) queue.add(keyOf(budget))
      if (found.length > 1)
        recorder.record(
          pod,
          'Warning',
          'MultiplePodDisruptionBudgets',
          `Pod ${JSON.stringify(pod.metadata?.namespace)}/${JSON.stringify(pod.metadata?.name)} matches multiple PodDisruptionBudgets.  Chose ${JSON.stringify(found[0]!.metadata?.name)} arbitrarily.`,
        )
      if (staleIn(pod, clock.now()) !== undefined) queue.add(POD + keyOf(pod))
    }),
  )
  return running
}

/** The selector as Go prints it. */
const goText = ({ spec }: PodDisruptionBudget): string => {
  const { matchLabels = {}, matchExpressions = [] } = spec?.selector ?? {}
  const labels = Object.entries(matchLabels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`)
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
  )
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`
}
