import { type Column, column, NAME } from '#api/table/column.ts'
import type { ComponentStatus } from './message.ts'

const healthy = ({ conditions = [] }: ComponentStatus) => conditions.find(({ type }) => type === 'Healthy')

const status = (component: ComponentStatus): string => {
  switch (healthy(component)?.status) {
    case 'True':
      return 'Healthy'
    case 'False':
      return 'Unhealthy'
    default:
      return 'Unknown'
  }
}

export const componentStatusColumns: readonly Column<ComponentStatus>[] = [
  NAME,
  column('Status', 'Whether it is well.', status),
  column('Message', 'What it says of itself.', (component) => healthy(component)?.message ?? ''),
  column('Error', 'Why it is not well.', (component) => healthy(component)?.error ?? ''),
]
