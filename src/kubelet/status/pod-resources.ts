import { podAmounts } from '#api/core/pod/spec/amounts.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { PodStatus } from '#api/core/pod/status/status.ts'
import { runningContainers } from '#objects/pod.ts'
import { addAmounts } from '#schema/quantity-sum.ts'
import type { ContainerView } from '../container/plan/container-view.ts'

/**
 * What a pod has as a whole: the sums of what its containers were given, or else ask for. A limit is the pod's where each
 * of those that run together has one: else nothing limits it.
 */
export const podResources = (
  spec: PodSpec,
  views: ReadonlyMap<string, ContainerView>,
): Pick<PodStatus, 'allocatedResources' | 'resources'> => {
  const withGiven = (container: Container): Container => {
    const given = views.get(container.name)?.given
    return given === undefined ? container : { ...container, resources: given }
  }
  const containers = (spec.containers ?? []).map(withGiven)
  const initContainers = (spec.initContainers ?? []).map(withGiven)
  const had: PodSpec = { ...spec, containers, initContainers }
  const overhead = spec.overhead ?? {}
  const requests = addAmounts(podAmounts(had, 'requests'), overhead)
  const together = runningContainers({ spec: had })
  const isLimited = (name: string): boolean =>
    spec.resources?.limits?.[name] !== undefined ||
    together.every(({ resources }) => resources?.limits?.[name] !== undefined)
  const limits = Object.fromEntries(Object.entries(podAmounts(had, 'limits')).filter(([name]) => isLimited(name)))
  const asks = Object.keys(requests).length > 0
  return {
    ...(asks && { allocatedResources: requests }),
    resources: { ...(asks && { requests }), ...(Object.keys(limits).length > 0 && { limits }) },
  }
}
