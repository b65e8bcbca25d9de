import type { Entry } from '#routes/table/entry.ts'
import { listenerFor, matchesHostname, type Star } from '#routes/table/hostname.ts'
import { httpListeners, matchesPath, matchesValue } from '#routes/table/match.ts'
import { entriesBehind } from '#routes/table/port-entries.ts'
import { headerOf, parameterOf } from '#routes/table/request-values.ts'
import type { SitePort } from '#routes/table/table.ts'
import { addressText } from '../cluster/lookup.ts'
import { isLikeHost, unlikeness } from '../cluster/nearest.ts'
import type { Miss, NearMiss, RuleValue } from '../trace/request/route-ref.ts'
import { ruleRef } from './route-ref.ts'

/** What of a request rules go by. */
export interface RequestParts {
  /** In lower case, without its port. */
  readonly host: string
  /** Normalised. */
  readonly path: string
  /** With its question mark. */
  readonly query: string
  readonly method: string
  readonly headers: readonly (readonly [name: string, value: string])[]
}

type Wanted = Omit<Entry, 'rule'>

/** What of a request is another than an entry wants; none where it takes it. */
const missesOf = (wanted: Wanted, star: Star, request: RequestParts): readonly Miss[] => [
  ...(matchesHostname(wanted.hostname, star, request.host)
    ? []
    : [{ code: 'host', hostname: wanted.hostname } as const]),
  ...(matchesPath(wanted.path, request.path) ? [] : [{ code: 'path' } as const]),
  ...(wanted.method === undefined || wanted.method === request.method
    ? []
    : [{ code: 'method', method: wanted.method } as const]),
  ...valueMisses('header', wanted.headers, (name) => headerOf(request.headers, name)),
  ...valueMisses('query', wanted.query, (name) => parameterOf(request.query, name)),
]

const valueMisses = (
  code: 'header' | 'query',
  wanted: readonly RuleValue[],
  valueIn: (name: string) => string | undefined,
): readonly Miss[] =>
  wanted.flatMap((one): readonly Miss[] => {
    const found = valueIn(one.name)
    return matchesValue(one, found) ? [] : [{ code, wanted: one, ...(found !== undefined && { found }) }]
  })

const MOST = 3
const MOST_MISSES = 2

/**
 * The rules of a port that nearly take a request, nearest first: those that want little else, and those that would take it if
 * `taker` did not go before.
 */
export const nearMisses = (port: SitePort, request: RequestParts, taker: Entry | undefined): readonly NearMiss[] => {
  const own = listenerFor(httpListeners(port), request.host)
  const reached = new Set(own && [...own.entries, ...entriesBehind(port, own)])
  const isAddress = addressText(request.host.replace(/^\[|\]$/g, '')) !== undefined
  return (
    port.listeners
      .flatMap(({ star, behind, entries }, at, all) =>
        [...entries, ...(at === all.findIndex((one) => one.behind === behind) ? entriesBehind(port, all[at]!) : [])]
          .filter((entry) => entry !== taker && entry.rule !== taker?.rule)
          .map((entry) => ({ entry, misses: missesOf(entry, star, request) })),
      )
      // Of another listener nothing takes it, whatever its rules say.
      .filter(({ entry, misses }) => misses.length <= MOST_MISSES && (misses.length > 0 || reached.has(entry)))
      // A host that is spelt nothing like it is another one's, and no slip of the fingers; an address is no host at all.
      .filter(
        ({ entry, misses }) =>
          isAddress || misses.every(({ code }) => code !== 'host') || isLikeHost(entry.hostname, request.host),
      )
      // Beside a rule that takes it, one for all of another host is not near.
      .filter(({ entry, misses }) => !taker || entry.path.value !== '/' || misses.every(({ code }) => code !== 'host'))
      .map((one) => ({
        ...one,
        far: farOf(one.entry, one.misses, request),
        hostFar:
          one.misses.some(({ code }) => code === 'host') || one.entry.hostname === ''
            ? hostFar(one.entry.hostname, request.host)
            : 0,
      }))
      .filter(({ far }) => far <= MOST_FAR)
      .sort((one, other) => one.hostFar - other.hostFar || one.far - other.far)
      .slice(0, MOST)
      .map(({ entry, misses }) => ({ rule: ruleRef(entry), misses }))
  )
}

/** How far a rule for all hosts is from the host that is asked for: a slip of the fingers is nearer. */
const ALL_HOSTS_FAR = 0.35

/** How unlike the host that is asked for is a hostname that it is not of. */
export const hostFar = (hostname: string, host: string): number =>
  hostname === '' ? ALL_HOSTS_FAR : unlikeness(hostname, host)

const MOST_FAR = 1.7

const farOf = (entry: Entry, misses: readonly Miss[], { host, path }: RequestParts): number =>
  misses.reduce((far, miss) => {
    if (miss.code === 'host') return far + 0.3 + unlikeness(entry.hostname, host)
    return far + (miss.code === 'path' ? 0.3 + unlikeness(entry.path.value, path) : 0.5)
  }, 0)
