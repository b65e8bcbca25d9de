import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import { findCondition } from '#objects/conditions.ts'
import type { APIService } from './message.ts'

const available = ({ status }: APIService): string => {
  const condition = findCondition(status?.conditions, 'Available')
  if (!condition) return 'Unknown'
  return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason})`
}

export const apiServiceColumns: readonly Column<APIService>[] = [
  NAME,
  column('Service', 'Who answers for it: a Service, or this server.', ({ spec }) => {
    const { service } = spec ?? {}
    return service ? `${service.namespace}/${service.name}` : 'Local'
  }),
  column('Available', 'Whether it answers.', available),
  AGE,
]
