import { since } from './human-duration.ts'

export type Cell = string | number | boolean | null

/** One column of a kind's table; `meta.k8s.io/v1 TableColumnDefinition`. Priority 1 shows with `-o wide` only. */
export interface Column<T> {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
  readonly cell: (object: T, now: number) => Cell
}

/** What every kind has. */
interface Metadata {
  readonly metadata?: { readonly name?: string; readonly creationTimestamp?: string }
}

/** A column that `kubectl get` shows. */
export const column = <T>(
  name: string,
  description: string,
  cell: (object: T, now: number) => Cell,
  type: Column<T>['type'] = 'string',
): Column<T> => ({ name, type, format: '', description, priority: 0, cell })
/** A column that only `kubectl get -o wide` shows. */
export const wide = <T>(name: string, description: string, cell: (object: T, now: number) => Cell): Column<T> => ({
  ...column(name, description, cell),
  priority: 1,
})
export const NAME: Column<Metadata> = {
  ...column<Metadata>('Name', 'The name, unique within its namespace.', ({ metadata }) => metadata?.name ?? ''),
  format: 'name',
}
export const AGE: Column<Metadata> = column('Age', 'Time since the object was created.', ({ metadata }, now) =>
  since(metadata?.creationTimestamp, now),
)

export const orNone = (text: string | undefined): string => text || '<none>'

const MOST_SHOWN = 3
/** The first three, and how many more there are. */
export const firstFew = (items: readonly string[], nothing: string): string => {
  if (items.length === 0) return nothing
  const shown = items.slice(0, MOST_SHOWN).join(',')
  return items.length > MOST_SHOWN ? `${shown} + ${items.length - MOST_SHOWN} more...` : shown
}
