import type { Pod } from '#api/core/pod/message.ts'
import { isPodAvailable } from '../values/availability.ts'
import { scaledValue } from '../values/percent.ts'
import { fitOf } from './desired-node.ts'
import { isUpdated } from './desired-pod.ts'
import type { DaemonSetView } from './desired-view.ts'

interface Roll {
  /** Names of nodes that get a new pod beside their old one. */
  readonly create: readonly string[]
  readonly delete: readonly Pod[]
}

/** Of one node, of what stays: at most one of each; undefined where there are more, which go first. */
type Pair = { readonly fresh: Pod | undefined; readonly old: Pod | undefined } | undefined

/**
 * One step of a rolling update, from what each node has (`on`). Without a surge old pods go, as many as may be
 * unavailable; with one, new pods come beside them, as many as the surge is, and an old one goes when its successor is
 * available.
 */
export const rollOn = (view: DaemonSetView, on: ReadonlyMap<string, readonly Pod[]>): Roll => {
  const { set, nodes, hash, isGoing } = view
  const wanted = nodes.filter((node) => fitOf(set, node).runs).map(({ metadata }) => metadata!.name!)
  const pairs = new Map(
    [...new Set([...on.keys(), ...wanted])].sort().map((name): [string, Pair] => {
      const there = (on.get(name) ?? []).filter((pod) => !isGoing(pod))
      const [fresh, old] = [
        there.filter((pod) => isUpdated(set, pod, hash)),
        there.filter((pod) => !isUpdated(set, pod, hash)),
      ]
      return [name, fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] }]
    }),
  )
  const rolling = set.spec?.updateStrategy?.rollingUpdate
  const surge = scaledValue(rolling?.maxSurge, wanted.length, true)
  const unavailable = scaledValue(rolling?.maxUnavailable ?? 1, wanted.length, true)
  if (surge > 0) return surgeOn(view, pairs, surge, new Set(wanted))
  return { create: [], delete: takeAway(view, [...pairs.values()], Math.max(1, unavailable)) }
}

const availability = ({ set, now }: DaemonSetView) => {
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  return (pod: Pod) => isPodAvailable(pod, minReadySeconds, now)
}

/** Old pods that are not available go anyway; of the others as many as maxUnavailable leaves. */
const takeAway = (view: DaemonSetView, pairs: readonly Pair[], most: number): readonly Pod[] => {
  const isAvailable = availability(view)
  const replaced: Pod[] = []
  const candidates: Pod[] = []
  let missing = 0
  for (const pair of pairs) {
    if (pair?.old && !pair.fresh) {
      if (isAvailable(pair.old)) candidates.push(pair.old)
      else {
        replaced.push(pair.old)
        missing++
      }
    } else if (!(pair?.fresh && !pair.old && isAvailable(pair.fresh))) missing++
  }
  return [...replaced, ...candidates.slice(0, Math.max(0, most - missing))]
}

const surgeOn = (
  view: DaemonSetView,
  pairs: ReadonlyMap<string, Pair>,
  most: number,
  wanted: ReadonlySet<string>,
): Roll => {
  const isAvailable = availability(view)
  const over: Pod[] = []
  /** On nodes that should have none any more, while their pods are still needed. */
  const leftBehind: Pod[] = []
  const allowed: string[] = []
  const candidates: string[] = []
  let [surging, available] = [0, 0]
  for (const [name, pair] of pairs) {
    if (!pair) {
      surging++
      continue
    }
    const { fresh, old } = pair
    const counted = old ?? fresh
    if (counted && isAvailable(counted)) available++
    if (!old) continue
    if (fresh) {
      if (isAvailable(fresh)) over.push(old)
      else surging++
    } else if (!wanted.has(name)) (isAvailable(old) ? leftBehind : over).push(old)
    else (isAvailable(old) ? candidates : allowed).push(name)
  }
  const spare = Math.max(0, available - wanted.size)
  return {
    create: [...allowed, ...candidates.slice(0, Math.max(0, most - surging))],
    delete: [...over, ...leftBehind.slice(0, spare)],
  }
}
