import { quantile, round } from '../dataplane/measure.ts'
import type { Change } from './change.ts'

const row = (samples: readonly number[]) => ({
  samples: samples.length,
  p50_ms: round(quantile(samples, 0.5), 2),
  p90_ms: round(quantile(samples, 0.9), 2),
  p99_ms: round(quantile(samples, 0.99), 2),
  max_ms: round(Math.max(...samples), 2),
})

/** What the changes come to: how long until whoever was to see them did, on `nodeCount` nodes. */
export const figuresOf = (changes: readonly Change[], nodeCount: number, isTraced: boolean) => {
  const arrived = changes.filter(({ kernel }) => kernel.size === nodeCount)
  const sampled = changes.filter(({ isSampled }) => isSampled)
  const connected = sampled.filter((change) => change.connected.size === nodeCount)
  const since = (mark: (change: Change) => number | undefined): readonly number[] =>
    changes.flatMap((change) => {
      const at = mark(change)
      return at === undefined ? [] : [at - change.started]
    })
  const all = row(arrived.map(({ started, kernel }) => Math.max(...kernel.values()) - started))
  const byConnection = row(connected.map((change) => Math.max(...change.connected.values()) - change.started))
  return {
    table: {
      'the API has answered the write': row(changes.map(({ started, answered }) => (answered ?? Number.NaN) - started)),
      ...(isTraced
        ? {
            'the pod’s event came to a watcher': row(since(({ podSeen }) => podSeen)),
            'the slice’s event came to a watcher': row(since(({ sliceSeen }) => sliceSeen)),
          }
        : {}),
      'the first node’s kernel': row(arrived.map(({ started, kernel }) => Math.min(...kernel.values()) - started)),
      'every node’s kernel': all,
      'every node, by connections': byConnection,
    },
    all,
    byConnection,
    arrived: arrived.length,
    lost: changes.length - arrived.length,
    /** Sampled changes that connections did not meet. */
    unmet: sampled.length - connected.length,
  }
}
