import type { Pod } from '#api/core/pod/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isTerminal } from '#objects/pod.ts'
import { rankForDeletion } from '../replicas/desired-deletion.ts'
import { backoffLeft, finishedAt } from './desired-backoff.ts'
import {
  completionsOf,
  hasLimitPerIndex,
  indexOf,
  isIndexed,
  isSuspended,
  replacesOnlyFailed,
} from './desired-facts.ts'
import { failuresBefore } from './desired-index-failures.ts'
import { Indexes } from './desired-indexes.ts'
import type { JobView } from './desired-view.ts'

/** At most so many pods are made or deleted in one look (Kubernetes' burst). */
const BURST = 500

/** What is to be done about a Job's pods. */
type JobPlan =
  | { readonly kind: 'rest' }
  /** It has come to its end: what is at work ends, and counts as failed where the Job has. */
  | { readonly kind: 'end'; readonly pods: readonly Pod[] }
  /** Too many: they count as nothing. */
  | { readonly kind: 'remove'; readonly pods: readonly Pod[] }
  /** An entry a pod: its index, where there are some. */
  | { readonly kind: 'create'; readonly indexes: readonly (number | undefined)[]; readonly dueIn?: number }
  /** Pods failed: the next is made after so many milliseconds. */
  | { readonly kind: 'wait'; readonly dueIn: number }

const REST: JobPlan = { kind: 'rest' }

export const planJob = (view: JobView): JobPlan => {
  const { job, active, succeeded, end } = view
  if (end) return { kind: 'end', pods: active }
  if (isLeaving(job)) return REST
  if (isSuspended(job)) return active.length > 0 ? { kind: 'remove', pods: active } : REST
  const { completions, parallelism = 1 } = job.spec ?? {}
  // Without a number of completions one success is enough, and who is at work then may end.
  const wanted =
    completions === undefined
      ? succeeded > 0
        ? active.length
        : parallelism
      : Math.max(0, Math.min(parallelism, completions - succeeded))
  const surplus = surplusOf(view, Math.max(0, active.length - wanted)).slice(0, BURST)
  if (surplus.length > 0) return { kind: 'remove', pods: surplus }
  const ending = replacesOnlyFailed(job) ? view.pods.filter((pod) => isLeaving(pod) && !isTerminal(pod)) : []
  const missing = Math.min(BURST, wanted - ending.length - active.length)
  return missing > 0 ? create(view, missing, ending) : REST
}

const create = (view: JobView, missing: number, ending: readonly Pod[]): JobPlan => {
  const { job, failures, now, active, completed, failed } = view
  const left = hasLimitPerIndex(job) ? 0 : backoffLeft(failures, now)
  if (left > 0) return { kind: 'wait', dueIn: left }
  if (!isIndexed(job)) return { kind: 'create', indexes: Array(missing).fill(undefined) }
  const taken = [...active, ...ending].map((pod) => indexOf(pod)).filter((index) => index !== undefined)
  const free = completed.with(failed).with(Indexes.of(taken)).missing(missing, completionsOf(job))
  const waits = new Map(free.map((index) => [index, waitOf(view, index)]))
  const indexes = free.filter((index) => waits.get(index) === 0)
  const dueIn = Math.min(...[...waits.values()].filter((wait) => wait > 0))
  const due = Number.isFinite(dueIn) ? { dueIn } : {}
  if (indexes.length > 0) return { kind: 'create', indexes, ...due }
  return Number.isFinite(dueIn) ? { kind: 'wait', dueIn } : REST
}

/** Milliseconds until a pod may be made for the index again. */
const waitOf = ({ delayed, now }: JobView, index: number): number => {
  const last = delayed.get(index)
  return last ? backoffLeft({ count: failuresBefore(last) + 1, last: finishedAt(last) }, now) : 0
}

/** At least so many of those at work: first those without an index of their own, then by Kubernetes' order of deletion. */
const surplusOf = ({ job, active, now }: JobView, atLeast: number): readonly Pod[] => {
  const rank = (pods: readonly Pod[]): readonly Pod[] => rankForDeletion(pods, () => 0, now)
  if (!isIndexed(job)) return rank(active).slice(0, atLeast)
  const byIndex = Map.groupBy(active, (pod) => indexOf(pod, completionsOf(job)))
  const strays = [...byIndex].flatMap(([index, pods]) => (index === undefined ? pods : rank(pods).slice(0, -1)))
  const others = rank(active.filter((pod) => !strays.includes(pod)))
  return [...strays, ...others.slice(0, Math.max(0, atLeast - strays.length))]
}
