import type { Pod } from '#api/core/pod/message.ts'
import { withAllowance } from '#api/policy/poddisruptionbudget/allowance.ts'
import type { PodDisruptionBudget } from '#api/policy/poddisruptionbudget/message.ts'
import { podDisruptionBudgets } from '#api/policy/poddisruptionbudget/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { isConflict } from '#client/client.ts'
import { isReady, withCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { selects } from '#objects/label-selector.ts'
import { isTerminal } from '#objects/pod.ts'
import { SYSTEM, SYSTEM_MANAGER } from '../access/caller.ts'
import { badRequest, conflict, failure, forbidden } from '../errors.ts'
import { dryRunProblems, refuseOptions } from '../http/request/write-options.ts'
import type { DeleteRequest } from '../registry/deletion.ts'
import type { Registry } from '../registry/registry.ts'
import type { WriteRequest } from '../registry/request.ts'
import { success } from './binding.ts'
import type { CreatingHandler } from './subresource.ts'

interface EvictionBody extends ApiObject {
  readonly deleteOptions?: DeleteRequest & { readonly dryRun?: readonly string[] }
}

/** Of one budget that many pods may wait to be seen to go. */
const MOST_DISRUPTED = 2000
const ATTEMPTS = 20

/** A pod that may go by itself, without anybody's budget: it does nothing yet, or no more. */
const isFree = (pod: Pod): boolean => isTerminal(pod) || isLeaving(pod) || pod.status?.phase === 'Pending'

const violation = (message: string, seconds = 0) =>
  failure(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message }],
    ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}),
  })

const unsettled = (budget: string) =>
  violation(`The disruption budget ${budget} is still being processed by the server.`, 10)

/**
 * Deletes a pod where its PodDisruptionBudget can spare it, for `kubectl drain`; the pod says that it was evicted. The
 * budget is asked and charged in one transaction.
 */
export const eviction: CreatingHandler = {
  async create(registry, resource, name, body, request) {
    if (body.metadata?.name !== name) throw badRequest('name in URL does not match name in Eviction object')
    const { dryRun = [], ...options } = (body as EvictionBody).deleteOptions ?? {}
    refuseOptions('DeleteOptions', dryRunProblems(dryRun))
    const given = { ...request, dryRun: request.dryRun === true || dryRun.length > 0 }
    for (let left = ATTEMPTS; ; left--)
      try {
        return await evict(registry, resource, name, options, given)
      } catch (error) {
        // The pod has changed meanwhile, which was no wish of who asks.
        if (!isConflict(error) || options.preconditions?.resourceVersion !== undefined || left <= 1) throw error
      }
  },
}

const evict = async (
  registry: Registry,
  resource: Resource,
  name: string,
  options: DeleteRequest,
  request: WriteRequest,
): Promise<ApiObject> => {
  const pod = registry.get(resource, request.namespace, name) as Pod
  const asSeen: DeleteRequest = {
    ...options,
    preconditions: { resourceVersion: pod.metadata!.resourceVersion!, ...options.preconditions },
  }
  if (isFree(pod)) {
    const mayChange = isTerminal(pod) || isLeaving(pod)
    await remove(registry, resource, name, mayChange ? options : asSeen, request)
    return success(201)
  }
  const budgets = (registry.all(podDisruptionBudgets, request.namespace) as readonly PodDisruptionBudget[]).filter(
    ({ spec }) => selects(spec?.selector, pod.metadata?.labels),
  )
  if (budgets.length > 1)
    throw failure(
      500,
      '',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  const [budget] = budgets
  const isSpared = budget !== undefined && !isReady(pod) && sparesUnhealthy(budget)
  if (budget && !isSpared) await charge(registry, budget, name, request)
  try {
    await remove(registry, resource, name, isSpared ? asSeen : options, request)
  } catch (error) {
    if (isSpared && isConflict(error) && options.preconditions?.resourceVersion === undefined)
      throw unsettled(budget.metadata!.name!)
    throw error
  }
  return success(201)
}

/** Whether a pod that is not healthy may go without being counted. */
const sparesUnhealthy = ({ spec, status }: PodDisruptionBudget): boolean => {
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
  return spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (currentHealthy >= desiredHealthy && desiredHealthy > 0)
}

/** Takes one of what the budget allows. Throws ApiError 429 where there is none. */
const charge = async (
  registry: Registry,
  { metadata }: PodDisruptionBudget,
  pod: string,
  { namespace, dryRun }: WriteRequest,
): Promise<void> => {
  const change = (current: ApiObject): ApiObject => {
    const budget = current as PodDisruptionBudget
    const { name = '', generation = 0 } = budget.metadata ?? {}
    const { observedGeneration = 0, disruptionsAllowed = 0, disruptedPods = {} } = budget.status ?? {}
    const { desiredHealthy = 0, currentHealthy = 0 } = budget.status ?? {}
    const refuse = (why: string) => forbidden({ ...podDisruptionBudgets, plural: 'poddisruptionbudget' }, name, why)
    if (observedGeneration < generation) throw unsettled(name)
    if (disruptionsAllowed < 0) throw refuse('pdb disruptions allowed is negative')
    if (Object.keys(disruptedPods).length > MOST_DISRUPTED)
      throw refuse('DisruptedPods map too big - too many evictions not confirmed by PDB controller')
    if (disruptionsAllowed === 0)
      throw violation(
        `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
      )
    const now = registry.now().getTime()
    const status = {
      ...budget.status!,
      disruptionsAllowed: disruptionsAllowed - 1,
      disruptedPods: { ...disruptedPods, [pod]: timeText(now) },
    }
    return { ...budget, status: disruptionsAllowed === 1 ? withAllowance(status, now) : status } as ApiObject
  }
  const request = { caller: SYSTEM, manager: SYSTEM_MANAGER, subresource: 'status' }
  await registry.update(podDisruptionBudgets as unknown as Resource, metadata!.name!, change, {
    ...request,
    ...(namespace === undefined ? {} : { namespace }),
    ...(dryRun ? { dryRun } : {}),
  })
}

/** Has the pod say why it goes, and deletes it. */
const remove = async (
  registry: Registry,
  resource: Resource,
  name: string,
  options: DeleteRequest,
  request: WriteRequest,
): Promise<void> => {
  const { uid, resourceVersion } = options.preconditions ?? {}
  const refuse = (what: string, wanted: string, found: string | undefined, why: string) =>
    conflict(
      { ...resource, plural: 'Pod' },
      name,
      `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). The object might have been ${why}`,
    )
  let given = options
  if (!request.dryRun) {
    const told = await registry.update(
      resource,
      name,
      (current) => {
        const pod = current as Pod
        const { uid: own, resourceVersion: version } = pod.metadata ?? {}
        if (uid && uid !== own) throw refuse('UID', uid, own, 'deleted and then recreated')
        if (resourceVersion && resourceVersion !== version)
          throw refuse('ResourceVersion', resourceVersion, version, 'modified')
        const conditions = withCondition(pod.status?.conditions, {
          type: 'DisruptionTarget',
          status: 'True',
          lastTransitionTime: timeText(registry.now().getTime()),
          reason: 'EvictionByEvictionAPI',
          message: 'Eviction API: evicting',
        })
        return { ...pod, status: { ...pod.status, conditions } } as ApiObject
      },
      { ...request, subresource: 'status' },
    )
    // It was changed by ourselves.
    const changed = told.metadata?.resourceVersion
    if (resourceVersion) given = { ...options, preconditions: { ...options.preconditions, resourceVersion: changed! } }
  }
  await registry.delete(resource, name, { ...request, options: given })
}
