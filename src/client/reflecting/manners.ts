import { backoff, type Clock } from '#clock/clock.ts'
import { ApiError, type Client, type ListOptions, type WatchEvent } from '../client.ts'

export interface ReflectorSink<T> {
  /** Everything there is, as of `resourceVersion`. */
  replace(items: readonly T[], resourceVersion: string): void
  apply(event: WatchEvent<T>): void
}

export interface ReflectorContext {
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly selection?: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>
  /** It may not be served: then nothing is there, and it is looked for again. */
  readonly isOptional?: boolean
  readonly onError?: (error: unknown, step: 'list' | 'watch') => void
}

/** How long to wait, and how long to watch; all in milliseconds but where it is said. */
interface Manners {
  /** Before the next try, after so many that failed; `error` is what the last one met. */
  delay(failures: number, error: unknown): number
  /** Of a watch; undefined: the server decides, and is believed to end it. */
  timeoutSeconds(): number | undefined
  /** Before a watch is taken up anew that lasted so long and was fine. */
  spread(lasted: number, timeoutSeconds: number | undefined): number
}

const LOCAL = { first: 50, longest: 10_000 }
const REMOTE = { first: 1000, longest: 30_000 }
/** All agents of a cluster lose their watches at the same moment when a server goes. */
const SPREAD = 2000
/** A watch is ended after this many seconds, and half as many again by chance: as client-go's, 5 to 10 minutes. */
const SHORTEST_WATCH = 300
/** So much before its time, an end is the server's own, milliseconds. */
const EARLY = 5000

/** Towards a server of this machine, which nobody else asks; or towards one that thousands ask. */
export const mannersTo = ({ remote }: Client, random: () => number): Manners =>
  remote === undefined
    ? {
        delay: (failures) => backoff(failures, LOCAL.first, LOCAL.longest, random),
        timeoutSeconds: () => undefined,
        spread: () => 0,
      }
    : {
        delay(failures, error) {
          const own = failures === 0 ? random() * SPREAD : backoff(failures, REMOTE.first, REMOTE.longest, random)
          const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0
          return Math.max(own, asked * (1 + random() / 2))
        },
        timeoutSeconds: () => Math.round(SHORTEST_WATCH * (1 + random())),
        spread: (lasted, seconds = 0) => (lasted < seconds * 1000 - EARLY ? random() * SPREAD : 0),
      }
