import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { ResourceQuota } from './message.ts'

/** `pods: 3/10, services: 0/5`: what is used of what may be. */
const used = ({ status }: ResourceQuota, ofLimits: boolean): string =>
  Object.entries(status?.hard ?? {})
    .filter(([name]) => name.startsWith('limits.') === ofLimits)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${status?.used?.[name] ?? '0'}/${hard}`)
    .join(', ')

export const resourceQuotaColumns: readonly Column<ResourceQuota>[] = [
  NAME,
  column('Request', 'What is used of what may be: requests and numbers of objects.', (quota) => used(quota, false)),
  column('Limit', 'What is used of what may be: limits.', (quota) => used(quota, true)),
  AGE,
]
