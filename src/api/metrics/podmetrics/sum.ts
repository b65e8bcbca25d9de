import { formatQuantity, parseQuantity } from '#schema/quantity.ts'
import type { PodMetrics } from './message.ts'

/** What all containers of a pod use of a resource, as a quantity. */
export const sumOf = ({ containers = [] }: PodMetrics, resource: string): string => {
  const used = containers.map(({ usage }) => parseQuantity(usage?.[resource] ?? '0'))
  const nano = used.reduce((sum, quantity) => sum + quantity.nano, 0n)
  return formatQuantity({ nano, format: used[0]?.format ?? 'DecimalSI' })
}
