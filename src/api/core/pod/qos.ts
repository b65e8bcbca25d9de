import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { PodQOSClass } from '#api/core/pod/status/status.ts'
import { parseQuantity } from '#schema/quantity.ts'

/**
 * Kubernetes' quality-of-service class: Guaranteed when every container limits CPU and memory and asks for as much,
 * BestEffort when none asks for or limits either, else Burstable.
 */
export const podQosClass = (spec: PodSpec): PodQOSClass => {
  const { limits = {}, requests = {} } = spec.resources ?? {}
  // What a whole pod asks for stands for what its containers do.
  const isWhole = Object.keys(limits).length + Object.keys(requests).length > 0
  const all = isWhole ? [{ resources: spec.resources }] : [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  let any = false
  let guaranteed = true
  for (const { resources } of all) {
    for (const name of ['cpu', 'memory']) {
      const limit = parseQuantity(resources?.limits?.[name] ?? '0').nano
      const request = parseQuantity(resources?.requests?.[name] ?? resources?.limits?.[name] ?? '0').nano
      if (limit > 0n || request > 0n) any = true
      if (limit === 0n || limit !== request) guaranteed = false
    }
  }
  if (!any) return 'BestEffort'
  return guaranteed ? 'Guaranteed' : 'Burstable'
}
