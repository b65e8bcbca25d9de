import type { Container, PodQOSClass, PodSpec } from '#api/core-v1.ts'
import { parseQuantity } from '../quantity.ts'

const positive = (value: string | undefined): boolean => value !== undefined && parseQuantity(value) > 0

/** Guaranteed, Burstable or BestEffort, from requests and limits of cpu and memory of all containers. */
export const qosClass = (spec: PodSpec): PodQOSClass => {
  const containers: readonly Container[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  let any = false
  let guaranteed = true
  for (const { resources } of containers) {
    for (const name of ['cpu', 'memory']) {
      const limit = resources?.limits?.[name]
      const request = resources?.requests?.[name] ?? limit
      if (positive(limit) || positive(request)) any = true
      if (!positive(limit) || request === undefined || parseQuantity(request) !== parseQuantity(limit!))
        guaranteed = false
    }
  }
  return !any ? 'BestEffort' : guaranteed ? 'Guaranteed' : 'Burstable'
}
