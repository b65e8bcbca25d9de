import type { FoundBackend } from '../references/backends.ts'
import type { Action, Filter, PathChange, Redirect, Rule, WeightedBackend } from '../table/entry.ts'
import type { Origin } from '../table/origin.ts'
import type { Fault } from '../values/fault.ts'
import type { ReadFilter, ReadMirror, ReadRule } from './read-rule.ts'

/** Where the references of a rule lead, in its order, and the status of what is answered where they lead nowhere. */
export interface Answers {
  readonly found: readonly (FoundBackend | Fault)[]
  readonly status: number
}

/** Whether what a rule does depends on the prefix that matched. */
export const changesPrefix = ({ filters, redirect, backends }: ReadRule): boolean =>
  redirect?.path?.type === 'Prefix' ||
  [...filters, ...backends.flatMap((backend) => backend.filters)].some(
    (filter) => (filter.type === 'rewrite' || filter.type === 'redirect') && filter.path?.type === 'Prefix',
  )

/** `matched` is the prefix that its filters replace. */
export const makeRule = (
  read: ReadRule,
  origin: Origin,
  id: string,
  matched: string,
  { found, status }: Answers,
): Rule => {
  const left = [...found]
  const filters = read.filters.map((filter) => makeFilter(filter, matched, left))
  const to = read.backends.map((backend): WeightedBackend => {
    const led = left.shift()!
    const one = backend.unresolved ?? led
    return {
      weight: backend.weight,
      to: 'backend' in one ? { backend: one.backend.key } : { status, reason: one.message },
      filters: backend.filters.map((filter) => makeFilter(filter, matched, left)),
    }
  })
  const refused = read.fault ?? read.unresolved
  return {
    id,
    origin,
    index: read.index,
    ...(read.name && { name: read.name }),
    filters: refused ? [] : filters,
    action: refused ? { type: 'answer', status, reason: refused.message } : actionOf(read, matched, to, status),
    ...(read.requestTimeoutMs && { requestTimeoutMs: read.requestTimeoutMs }),
    ...(read.backendTimeoutMs && { backendTimeoutMs: read.backendTimeoutMs }),
    ...(read.persistence && { persistence: read.persistence }),
  }
}

const actionOf = (read: ReadRule, matched: string, to: readonly WeightedBackend[], status: number): Action => {
  if (read.redirect !== undefined) return { type: 'redirect', ...withMatched(read.redirect, matched) }
  const weighed = to.filter(({ weight }) => weight > 0)
  const somewhere = weighed.some((one) => 'backend' in one.to)
  if (somewhere) return { type: 'forward', to: weighed }
  const [first] = weighed
  const none = to.length === 0 ? 'it has no backend' : 'it has no backend with a weight above 0'
  const reason = first !== undefined && 'reason' in first.to ? first.to.reason : none
  return { type: 'answer', status, reason }
}

const makeFilter = (filter: ReadFilter, matched: string, left: (FoundBackend | Fault)[]): Filter => {
  if (filter.type === 'mirrorTo') return mirror(filter, left.shift()!)
  return filter.type === 'rewrite' || filter.type === 'redirect' ? withMatched(filter, matched) : filter
}

const mirror = ({ numerator, denominator }: ReadMirror, to: FoundBackend | Fault): Filter => ({
  type: 'mirror',
  ...('backend' in to && { backend: to.backend.key }),
  numerator,
  denominator,
})

const withMatched = <T extends { readonly path?: PathChange } | Redirect>(change: T, matched: string): T =>
  change.path?.type === 'Prefix' ? { ...change, path: { ...change.path, matched } } : change
