import { AGE, type Column, column, NAME } from '#api/table/column.ts'
import type { PriorityLevelConfiguration } from './message.ts'

type Limited = NonNullable<NonNullable<PriorityLevelConfiguration['spec']>['limited']>

/** A column of what a level that is limited alone has. */
const limited = (name: string, description: string, of: (limited: Limited) => number | undefined) =>
  column<PriorityLevelConfiguration>(name, description, ({ spec }) => (spec?.limited && of(spec.limited)) ?? '<none>')

export const priorityLevelConfigurationColumns: readonly Column<PriorityLevelConfiguration>[] = [
  NAME,
  column('Type', 'Whether it is limited, or exempt.', ({ spec }) => spec?.type ?? ''),
  limited('NominalConcurrencyShares', 'Its share of what runs at once.', (of) => of.nominalConcurrencyShares),
  limited('Queues', 'In how many queues its requests wait.', (of) => of.limitResponse?.queuing?.queues),
  limited('HandSize', 'How many queues each flow has.', (of) => of.limitResponse?.queuing?.handSize),
  limited('QueueLengthLimit', 'How many requests a queue holds.', (of) => of.limitResponse?.queuing?.queueLengthLimit),
  AGE,
]
