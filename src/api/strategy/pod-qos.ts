import type { PodQOSClass, PodSpec } from '#api/core-v1.ts'
import { quantityValue } from '../validation/quantity.ts'

/**
 * Kubernetes' quality-of-service class: Guaranteed when every container limits CPU and memory and asks for as much, BestEffort when none
 * asks for or limits either, else Burstable.
 */
export const podQosClass = (spec: PodSpec): PodQOSClass => {
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  let any = false
  let guaranteed = true
  for (const { resources } of containers) {
    for (const name of ['cpu', 'memory']) {
      const limit = quantityValue(resources?.limits?.[name] ?? '0') ?? 0
      const request = quantityValue(resources?.requests?.[name] ?? resources?.limits?.[name] ?? '0') ?? 0
      if (limit > 0 || request > 0) any = true
      if (limit === 0 || limit !== request) guaranteed = false
    }
  }
  if (!any) return 'BestEffort'
  return guaranteed ? 'Guaranteed' : 'Burstable'
}
