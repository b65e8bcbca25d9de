import type { BackendObjectReference } from '#api/gatewayapi/shared/references.ts'
import { type BackendReferences, type FoundBackend, findBackend, type Speech } from '../references/backends.ts'
import type { Referrer } from '../references/grants.ts'
import type { Entry, Rule } from '../table/entry.ts'
import type { Origin } from '../table/origin.ts'
import type { Ranked } from '../table/precedence.ts'
import type { Seniority } from '../table/seniority.ts'
import type { Retry } from '../table/table.ts'
import { type Fault, sameFault } from '../values/fault.ts'
import { type Answers, changesPrefix, makeRule } from './make-rule.ts'
import type { ReadMatch, ReadRule } from './read-rule.ts'

/** A route of any kind. */
export interface RouteText {
  /** The API's object, which never changes. */
  readonly object: object
  readonly origin: Origin & { readonly namespace: string }
  readonly seniority: Seniority
  readonly rules: readonly ReadRule[]
  /** `refsOf()` all of its rules. */
  readonly refs: readonly RuleRef[]
}

/** What a rule refers to. */
interface RuleRef {
  readonly ref: BackendObjectReference
  readonly retry: Retry | undefined
}

/** What a route asks for, with all that it refers to looked up. */
export interface CompiledRoute {
  readonly seniority: Seniority
  /** Each under the hostname ''. */
  readonly ranked: readonly Ranked[]
  readonly uses: readonly FoundBackend[]
  /** The first reference that leads nowhere. */
  readonly unresolved?: Fault
}

interface Kept {
  readonly found: readonly (FoundBackend | Fault)[]
  readonly compiled: CompiledRoute
}
const kept = new WeakMap<object, Map<string, Kept>>()

/** The same as before, where all that it refers to is as before. */
export const compileRoute = (route: RouteText, speech: Speech, references: BackendReferences): CompiledRoute => {
  const from: Referrer = route.origin
  const found = route.refs.map(({ ref, retry }) => findBackend(ref, from, speech, retry, references))
  const way = `${speech.tls} ${speech.clientCertificate?.key ?? ''}`
  const ways = kept.get(route.object) ?? new Map<string, Kept>()
  if (ways.size === 0) kept.set(route.object, ways)
  const before = ways.get(way)
  if (before !== undefined && sameFound(before.found, found)) return before.compiled
  const compiled = compile(route, found, speech)
  ways.set(way, { found, compiled })
  return compiled
}

/** All references of a rule, in the order in which `compile()` takes their answers. */
export const refsOf = ({ filters, backends, retry }: ReadRule): readonly RuleRef[] =>
  [
    ...filters.flatMap((filter) => (filter.type === 'mirrorTo' ? [filter.ref] : [])),
    ...backends.flatMap((backend) => [
      backend.ref,
      ...backend.filters.flatMap((filter) => (filter.type === 'mirrorTo' ? [filter.ref] : [])),
    ]),
  ].map((ref) => ({ ref, retry }))

const sameFound = (left: readonly (FoundBackend | Fault)[], right: readonly (FoundBackend | Fault)[]): boolean =>
  left.length === right.length &&
  left.every((one, at) => {
    const other = right[at]!
    return one === other || ('reason' in one && 'reason' in other && sameFault(one, other))
  })

const compile = (route: RouteText, found: readonly (FoundBackend | Fault)[], speech: Speech): CompiledRoute => {
  const ranked: Ranked[] = []
  let taken = 0
  for (const read of route.rules) {
    const own = found.slice(taken, taken + refsOf(read).length)
    taken += own.length
    const answers: Answers = { found: own, status: speech.route === 'GRPC' ? 503 : 500 }
    const id = `${route.origin.kind} ${route.seniority.key} ${read.index}${wayOf(own)}`
    const shared = changesPrefix(read) ? undefined : makeRule(read, route.origin, id, '', answers)
    for (const [at, match] of read.matches.entries()) {
      const rule = shared ?? makeRule(read, route.origin, `${id}/${at}`, match.path.value, answers)
      const entry = entryOf(match, rule)
      const order = read.index * 1000 + at
      ranked.push({ entry, seniority: route.seniority, order, ...(match.call && { call: match.call }) })
    }
  }
  const filters = route.rules.flatMap((rule) => [rule, ...rule.backends].flatMap((one) => one.unresolved ?? []))
  const unresolved = filters[0] ?? found.find((one) => 'reason' in one)
  return {
    seniority: route.seniority,
    ranked,
    uses: found.filter((one) => 'backend' in one),
    ...(unresolved && { unresolved }),
  }
}

/** Where one route is spoken for in several ways, its rules are told apart by this. */
const wayOf = (found: readonly (FoundBackend | Fault)[]): string => {
  const own = found.find((one) => 'backend' in one && one.clientCertificate !== undefined)
  return own !== undefined && 'backend' in own ? ` as ${own.clientCertificate!.key}` : ''
}

const entryOf = ({ path, method, headers, query }: ReadMatch, rule: Rule): Entry => ({
  hostname: '',
  path,
  ...(method && { method }),
  headers,
  query,
  rule,
})

const keptEntries = new WeakMap<CompiledRoute, Map<string, readonly Ranked[]>>()

/** What a route has for a listener, by their common hostnames. The same list for the same ones. */
export const rankedAt = (compiled: CompiledRoute, hostnames: readonly string[]): readonly Ranked[] => {
  const lists = keptEntries.get(compiled) ?? new Map<string, readonly Ranked[]>()
  if (lists.size === 0) keptEntries.set(compiled, lists)
  const key = hostnames.join(' ')
  const before = lists.get(key)
  if (before !== undefined) return before
  const list = hostnames.flatMap((hostname) =>
    compiled.ranked.map((one): Ranked => ({ ...one, entry: { ...one.entry, hostname } })),
  )
  lists.set(key, list)
  return list
}
