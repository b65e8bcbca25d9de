import type { Pod } from '#api/core/pod/message.ts'
import { quantityValue } from '../quantity.ts'

/**
 * How much a volume in memory may hold, in bytes: its own limit, what the pod's containers may have together where all
 * say it, or what the node gives away, whichever is least; undefined where nothing of it is known.
 */
export const memoryVolumeSize = (
  { spec }: Pod,
  sizeLimit: string | undefined,
  allocatable: string | undefined,
): number | undefined => {
  const sizes = allocatable === undefined ? [] : [quantityValue(allocatable)]
  const limits = (spec?.containers ?? []).map(({ resources }) => resources?.limits?.memory)
  const said = limits.filter((limit) => limit !== undefined)
  if (said.length > 0 && said.length === limits.length)
    sizes.push(said.map(quantityValue).reduce((sum, one) => sum + one, 0))
  const own = sizeLimit === undefined ? 0 : quantityValue(sizeLimit)
  if (own > 0) sizes.push(own)
  return sizes.length === 0 ? undefined : Math.min(...sizes)
}
