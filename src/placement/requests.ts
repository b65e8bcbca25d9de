import type { Pod } from '#api/core/pod/message.ts'
import { milliValue } from '#schema/quantity.ts'

/** Of resources, by name, in thousandths. */
export type Amounts = ReadonlyMap<string, number>

export const amountsOf = (list: { readonly [name: string]: string } | undefined): Map<string, number> =>
  new Map(Object.entries(list ?? {}).map(([name, value]) => [name, milliValue(value)]))

const add = (into: Map<string, number>, more: Amounts): void => {
  for (const [name, amount] of more) into.set(name, (into.get(name) ?? 0) + amount)
}

export const sumOf = (all: readonly Amounts[]): Map<string, number> => {
  const sum = new Map<string, number>()
  for (const one of all) add(sum, one)
  return sum
}

const greater = (left: Amounts, right: Amounts): Map<string, number> => {
  const out = new Map(left)
  for (const [name, amount] of right) out.set(name, Math.max(amount, out.get(name) ?? 0))
  return out
}

const cache = new WeakMap<Pod, Amounts>()

/**
 * What the pod asks of a node: containers together, or an init container with the sidecars (restartPolicy Always)
 * started before it, whichever is more, and the overhead (KEP-753).
 */
export const podRequests = (pod: Pod): Amounts => {
  const known = cache.get(pod)
  if (known) return known
  const sidecars = new Map<string, number>()
  let first: Map<string, number> = new Map()
  for (const container of pod.spec?.initContainers ?? []) {
    const own = amountsOf(container.resources?.requests)
    if (container.restartPolicy === 'Always') add(sidecars, own)
    const then = new Map(sidecars)
    if (container.restartPolicy !== 'Always') add(then, own)
    first = greater(first, then)
  }
  const running = new Map(sidecars)
  for (const container of pod.spec?.containers ?? []) add(running, amountsOf(container.resources?.requests))
  const total = greater(running, first)
  // Requests of the whole pod, where given, stand for those of its containers.
  for (const [name, amount] of amountsOf(pod.spec?.resources?.requests)) total.set(name, amount)
  add(total, amountsOf(pod.spec?.overhead))
  cache.set(pod, total)
  return total
}

/** `1500m` of cpu, `768Mi` of memory, rounded down; other resources by their plain number. */
export const amountText = (resource: string, thousandths: number): string =>
  resource === 'cpu'
    ? `${Math.floor(thousandths)}m`
    : resource === 'memory'
      ? `${Math.floor(thousandths / 1000 / 2 ** 20)}Mi`
      : String(Math.floor(thousandths / 1000))
