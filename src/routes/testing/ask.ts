import assert from 'node:assert/strict'
import type { RouteOptions } from '../route-objects.ts'
import type { Routes, WantedCondition } from '../routes.ts'
import { routesOf } from '../routes-of.ts'
import type { Entry } from '../table/entry.ts'
import { type Cluster, objectsOf, options } from './cluster.ts'
import { conditionFaults } from './known-reasons.ts'

/** All that follows from a test's objects. Whatever is asked, each condition has a reason of the API, and says something. */
export const routes = (cluster: Cluster, changes: Partial<RouteOptions> = {}): Routes => {
  const all = routesOf(objectsOf(cluster), options(changes))
  assert.deepEqual(conditionFaults(all.statuses), [])
  return all
}

interface Conditions {
  readonly conditions: readonly WantedCondition[]
}
interface WantedListener extends Conditions {
  readonly name: string
  readonly attachedRoutes: number
  readonly supportedKinds: readonly { readonly group: string; readonly kind: string }[]
}
interface AnyStatus extends Partial<Conditions> {
  readonly listeners?: readonly WantedListener[]
  readonly parents?: readonly (Conditions & { readonly parentRef: object; readonly controllerName: string })[]
  readonly ancestors?: readonly (Conditions & { readonly ancestorRef: object; readonly controllerName: string })[]
  readonly attachedListenerSets?: number
  readonly addresses?: readonly object[]
}

/** The status of `Gateway gw`, an object of any namespace. */
export const statusOf = ({ statuses }: Routes, object: string): AnyStatus => {
  const found = statuses.find((one) => `${one.object.kind} ${one.object.name}` === object)
  if (found === undefined) throw new Error(`${object} has no status`)
  return found.status as AnyStatus
}

export const listenerOf = (all: Routes, object: string, name: string): WantedListener => {
  const found = statusOf(all, object).listeners?.find((one) => one.name === name)
  if (found === undefined) throw new Error(`${object} has no listener ${name}`)
  return found
}

/** `Accepted` of `['Accepted=True Accepted', …]` is `True Accepted`; undefined where there is none. */
export const condition = ({ conditions }: Conditions, type: string): string | undefined => {
  const found = conditions.find((one) => one.type === type)
  return found && `${found.status} ${found.reason}`
}

/** Of a route: the condition at its only parent. */
export const routeCondition = (all: Routes, object: string, type: string): string | undefined =>
  condition(statusOf(all, object).parents![0]!, type)

/** What is said of a condition. */
export const words = ({ conditions }: Conditions, type: string): string =>
  conditions.find((one) => one.type === type)?.message ?? ''

/** The entries of a site's listener, of the first one where none is named. */
export const entries = ({ table }: Routes, name?: string): readonly Entry[] => {
  const listeners = table.sites.flatMap(({ ports }) => ports.flatMap((port) => port.listeners))
  const found = name === undefined ? listeners[0] : listeners.find((one) => one.name === name)
  if (found === undefined) throw new Error(`the table has no listener ${name}`)
  return found.entries
}
