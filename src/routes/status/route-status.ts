import type { ParentReference } from '#api/gatewayapi/shared/references.ts'
import type { AnyRoute } from '../attach/any-route.ts'
import type { Parent } from '../attach/attach.ts'
import type { AttachedRoute } from '../attach/one-kind.ts'
import type { OwnListener } from '../listeners/own-listener.ts'
import type { BackendReferences } from '../references/backends.ts'
import { GATEWAY_GROUP } from '../references/grants.ts'
import type { RouteOptions } from '../route-objects.ts'
import type { WantedCondition, WantedStatus } from '../routes.ts'
import { type CompiledRoute, compileRoute } from '../rules/compile-route.ts'
import { type Bindings, type Bound, speechOf } from '../site/gateway-site.ts'
import type { Fault } from '../values/fault.ts'
import { sameItems } from '../values/remembered.ts'
import { holds, unless } from './condition.ts'

/** `parents` of a route's status: ours alone. */
interface WantedParent {
  readonly parentRef: ParentReference
  readonly controllerName: string
  readonly conditions: readonly WantedCondition[]
}

/** Of those that have a parent of ours, or had one. The same status as before for what is as before. */
export const routeStatuses = (
  attached: readonly AttachedRoute[],
  bindings: Bindings,
  references: BackendReferences,
): readonly WantedStatus[] => {
  const { controllerName, refusals, waiting } = references.options
  const byRoute = boundByRoute(bindings)
  return attached.flatMap(({ route, parents }) => {
    if (parents.length === 0 && !hadParent(route, controllerName)) return []
    const compiled = parents.map((parent) => compiledAt(route, parent, byRoute, references))
    const on = [
      controllerName,
      refusals.size === 0 || refusals,
      waiting.size === 0 || waiting,
      ...parents.flatMap(({ ref, refused }) => [ref, refused?.reason, refused?.message]),
      ...compiled,
    ]
    const before = kept.get(route)
    if (before !== undefined && sameItems(before.on, on)) return [before.wanted]
    const wanted = statusOf(
      route,
      parents.map(
        (parent, at): WantedParent => ({
          parentRef: { group: GATEWAY_GROUP, kind: 'Gateway', ...parent.ref },
          controllerName,
          conditions: conditionsOf(route, parent, compiled[at]!, references.options),
        }),
      ),
    )
    kept.set(route, { on, wanted })
    return [wanted]
  })
}

interface Kept {
  readonly on: readonly unknown[]
  readonly wanted: WantedStatus
}
const kept = new WeakMap<object, Kept>()

const statusOf = ({ origin, metadata }: AnyRoute, parents: readonly WantedParent[]): WantedStatus => ({
  object: origin,
  uid: metadata?.uid ?? '',
  generation: metadata?.generation ?? 0,
  status: { parents },
})

const hadParent = ({ status }: AnyRoute, controllerName: string): boolean =>
  (status?.parents ?? []).some((parent) => parent.controllerName === controllerName)

type BoundByRoute = ReadonlyMap<OwnListener, ReadonlyMap<AnyRoute, Bound>>

/** A listener may have thousands of routes. */
const boundByRoute = (bindings: Bindings): BoundByRoute =>
  new Map([...bindings].map(([listener, bound]) => [listener, new Map(bound.map((one) => [one.route, one]))]))

/** As it is spoken for at one of the parent's listeners; at a parent that refuses it, as it would be. */
const compiledAt = (
  route: AnyRoute,
  { gateway, attachments }: Parent,
  byRoute: BoundByRoute,
  references: BackendReferences,
): CompiledRoute => {
  const listener: OwnListener | undefined = attachments[0]?.listener ?? gateway.listeners[0]
  const bound = listener && byRoute.get(listener)?.get(route)
  if (bound !== undefined) return bound.compiled
  const speech = listener === undefined ? { route: 'TCP' as const, tls: false } : speechOf(route, gateway, listener)
  return compileRoute(route, speech, references)
}

const conditionsOf = (
  route: AnyRoute,
  { refused }: Parent,
  compiled: CompiledRoute,
  options: RouteOptions,
): readonly WantedCondition[] => {
  const taken = refused ?? allRefused(route, compiled, options)
  const partly =
    taken === undefined
      ? joined([route.partly, someRefused(compiled, options), someWaiting(compiled, options)])
      : undefined
  return [
    unless('Accepted', taken, 'the route is attached'),
    unless('ResolvedRefs', compiled.unresolved, 'all references of the route lead somewhere'),
    ...(partly ? [holds('PartiallyInvalid', partly.message, partly.reason)] : []),
  ]
}

/** How many of the routes of a listener are accepted: one that the proxy takes nothing of is not. */
export const attachedRoutes = (bound: readonly Bound[] = [], options: RouteOptions): number =>
  options.refusals.size === 0
    ? bound.length
    : bound.filter(({ route, compiled }) => allRefused(route, compiled, options) === undefined).length

/** Rules of which something is said, by their ids; parts of one rule may be refused each by itself. */
const toldRules = ({ ranked }: CompiledRoute, told: ReadonlyMap<string, string>): ReadonlyMap<string, Told> => {
  const found = new Map<string, Told>()
  if (told.size > 0)
    for (const { entry } of ranked) {
      const { id, index } = entry.rule
      const words = told.get(id)
      if (words !== undefined) found.set(id, { index, words })
    }
  return found
}

interface Told {
  /** Of the rule in its route. */
  readonly index: number
  readonly words: string
}

/** Each rule once: a condition has room for so many words. */
const toldText = (rules: ReadonlyMap<string, Told>): string =>
  Array.from(
    Map.groupBy(rules.values(), ({ index }) => index),
    ([index, [first]]) => `${index}: ${first!.words}`,
  ).join('; ')

/** Where nothing is left beside rules that cannot be done. */
const allRefused = (route: AnyRoute, compiled: CompiledRoute, { refusals }: RouteOptions): Fault | undefined => {
  const refused = toldRules(compiled, refusals)
  if (refused.size === 0) return undefined
  const wrong = new Set(route.rules.flatMap(({ index, fault }) => (fault === undefined ? [] : [index])))
  if (!compiled.ranked.every(({ entry: { rule } }) => refused.has(rule.id) || wrong.has(rule.index))) return undefined
  return joined([
    { reason: 'UnsupportedValue', message: `the proxy does not take rule ${toldText(refused)}` },
    route.partly,
  ])
}

const someRefused = (compiled: CompiledRoute, { refusals }: RouteOptions): Fault | undefined =>
  unsupported('Dropped Rule', toldRules(compiled, refusals))

/** Rules that are served, but not as they say as yet. */
const someWaiting = (compiled: CompiledRoute, { waiting }: RouteOptions): Fault | undefined =>
  unsupported('Served in part: Rule', toldRules(compiled, waiting))

const unsupported = (what: string, rules: ReadonlyMap<string, Told>): Fault | undefined =>
  rules.size === 0 ? undefined : { reason: 'UnsupportedValue', message: `${what} ${toldText(rules)}` }

const joined = (faults: readonly (Fault | undefined)[]): Fault | undefined => {
  const [first, ...more] = faults.flatMap((one) => one ?? [])
  return first && { ...first, message: [first, ...more].map(({ message }) => message).join('; ') }
}
