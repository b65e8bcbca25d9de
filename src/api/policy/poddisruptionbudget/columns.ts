import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { PodDisruptionBudget } from './message.ts'

const orAbsent = (share: number | string | undefined): string => (share === undefined ? 'N/A' : `${share}`)

export const podDisruptionBudgetColumns: readonly Column<PodDisruptionBudget>[] = [
  NAME,
  column('Min Available', 'Pods that must stay.', ({ spec }) => orAbsent(spec?.minAvailable)),
  column('Max Unavailable', 'Pods that may be missing.', ({ spec }) => orAbsent(spec?.maxUnavailable)),
  column(
    'Allowed Disruptions',
    'Pods that may be evicted now.',
    ({ status }) => status?.disruptionsAllowed ?? 0,
    'integer',
  ),
  AGE,
]
