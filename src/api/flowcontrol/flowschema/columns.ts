import { AGE, type Column, column, NAME, orNone } from '#api/table/column.ts'
import type { FlowSchema } from './message.ts'

export const flowSchemaColumns: readonly Column<FlowSchema>[] = [
  NAME,
  column('PriorityLevel', 'Where its requests wait.', ({ spec }) => orNone(spec?.priorityLevelConfiguration.name)),
  column('MatchingPrecedence', 'Who has less is asked first.', ({ spec }) => spec?.matchingPrecedence ?? 0),
  column('DistinguisherMethod', 'What tells its flows apart.', ({ spec }) => orNone(spec?.distinguisherMethod?.type)),
  AGE,
  column(
    'MissingPL',
    'Whether its priority level is not there.',
    ({ status }) => status?.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
  ),
]
