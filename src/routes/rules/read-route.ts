import type { GRPCRoute } from '#api/gatewayapi/grpcroute/message.ts'
import type { HTTPRouteFilter } from '#api/gatewayapi/httproute/filter.ts'
import type { HTTPRoute } from '#api/gatewayapi/httproute/message.ts'
import type { BackendRef } from '#api/gatewayapi/shared/references.ts'
import type { SessionPersistence } from '#api/gatewayapi/shared/session-persistence.ts'
import type { TCPRoute } from '#api/gatewayapi/tcproute/message.ts'
import type { TLSRoute } from '#api/gatewayapi/tlsroute/message.ts'
import type { UDPRoute } from '#api/gatewayapi/udproute/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { Patterns } from '../values/pattern.ts'
import { type ReadFilters, readFilters } from './filters.ts'
import { grpcMatches, httpMatches } from './matches.ts'
import { readPersistence, readRetry, readTimeouts } from './policies.ts'
import { type Read, type ReadBackend, type ReadMatch, type ReadRule, unsupported } from './read-rule.ts'

const kept = new WeakMap<object, readonly ReadRule[]>()

/** Read once, as long as the route is the same. */
const once =
  <R extends object>(read: (route: R) => readonly ReadRule[]): ((route: R) => readonly ReadRule[]) =>
  (route) => {
    const before = kept.get(route)
    if (before !== undefined) return before
    const rules = read(route)
    kept.set(route, rules)
    return rules
  }

export const readHttpRoute = once((route: HTTPRoute): readonly ReadRule[] => {
  const patterns = new Patterns()
  return (route.spec.rules ?? []).map((rule, index) => {
    const timeouts = readTimeouts(rule.timeouts)
    const retry = readRetry(rule.retry)
    const read = readRule(index, httpMatches(rule.matches, patterns), rule, `HTTPRoute ${keyOf(route)} ${index}`)
    const fault = read.fault ?? timeouts.fault ?? retry.fault
    return { ...read, ...timeouts.value, ...(retry.value && { retry: retry.value }), ...(fault && { fault }) }
  })
})

export const readGrpcRoute = once((route: GRPCRoute): readonly ReadRule[] => {
  const patterns = new Patterns()
  return (route.spec.rules ?? []).map((rule, index) =>
    readRule(index, grpcMatches(rule.matches, patterns), rule, `GRPCRoute ${keyOf(route)} ${index}`),
  )
})

interface WrittenRule {
  readonly name?: string
  readonly filters?: readonly HTTPRouteFilter[]
  readonly backendRefs?: readonly (BackendRef & { readonly filters?: readonly HTTPRouteFilter[] })[]
  readonly sessionPersistence?: SessionPersistence
}

const readRule = (
  index: number,
  matches: Read<readonly ReadMatch[]>,
  { name, filters, backendRefs = [], sessionPersistence }: WrittenRule,
  owner: string,
): ReadRule => {
  const prefixes = matches.value.every(({ path }) => path.type === 'Prefix')
  const own = readFilters(filters, prefixes)
  const ofBackends = backendRefs.map((ref) => readFilters(ref.filters, prefixes))
  const persistence = readPersistence(sessionPersistence, owner)
  const fault =
    matches.fault ?? own.fault ?? ofBackends.find((one) => one.fault !== undefined)?.fault ?? persistence.fault
  return {
    index,
    ...(name && { name }),
    matches: matches.fault ? [] : matches.value,
    filters: own.filters,
    ...(own.redirect && { redirect: own.redirect }),
    backends: backendRefs.map((ref, at) => readBackend(ref, ofBackends[at]!)),
    ...(persistence.value && { persistence: persistence.value }),
    ...(fault && { fault }),
    ...(own.unresolved && { unresolved: own.unresolved }),
  }
}

const readBackend = (ref: BackendRef, { filters, redirect, unresolved }: ReadFilters): ReadBackend => ({
  ref,
  weight: ref.weight ?? 1,
  filters: redirect === undefined ? filters : [...filters, { type: 'redirect', ...redirect }],
  ...(unresolved && { unresolved }),
})

/** Connections have nothing to match by: one rule takes them all, and others would never be asked. */
export const readConnectionRoute = once((route: TLSRoute | TCPRoute | UDPRoute): readonly ReadRule[] =>
  (route.spec.rules ?? []).map(({ name, backendRefs = [] }, index) => ({
    index,
    ...(name && { name }),
    matches: index === 0 ? [{ path: { type: 'Prefix', value: '/' }, headers: [], query: [] }] : [],
    filters: [],
    backends: backendRefs.map((ref) => ({ ref, weight: ref.weight ?? 1, filters: [] })),
    ...(index > 0 && { fault: unsupported('only the first rule takes connections') }),
  })),
)
