import type { ApiObject, Resource } from '#api/resource.ts'
import { backoff, type Clock, sleep } from '#clock/clock.ts'
import { type Client, isGone, isNotFound, type ListOptions, type WatchEvent } from './client.ts'

export interface ReflectorSink<T> {
  /** Everything there is, as of `resourceVersion`. */
  replace(items: readonly T[], resourceVersion: string): void
  apply(event: WatchEvent<T>): void
}

interface ReflectorOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly selection?: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>
  /** It may not be served: then nothing is there, and it is looked for again. */
  readonly isOptional?: boolean
  readonly onError?: (error: unknown, step: 'list' | 'watch') => void
}

const FIRST_DELAY = 50
const LONGEST_DELAY = 10_000
const LONG_ENOUGH = 10_000

/**
 * Mirrors one resource into `sink` until `signal` aborts: lists, then watches from where the list ended. A watch that
 * ends is taken up at the last version seen (an event's or a bookmark's); 410 Gone lists again. Errors back off.
 */
export const reflect = async <T extends ApiObject>(
  client: Client,
  resource: Resource<T>,
  sink: ReflectorSink<T>,
  options: ReflectorOptions,
): Promise<void> => {
  const { clock, random, signal, selection = {} } = options
  let failures = 0
  let version: string | undefined
  const pause = () => sleep(clock, backoff(failures++, FIRST_DELAY, LONGEST_DELAY, random), signal)
  while (!signal.aborted) {
    if (version === undefined) {
      try {
        const list = await client.list(resource, selection)
        if (signal.aborted) return
        sink.replace(list.items, list.resourceVersion)
        version = list.resourceVersion
      } catch (error) {
        if (signal.aborted) return
        if (options.isOptional && isNotFound(error)) sink.replace([], '')
        else options.onError?.(error, 'list')
        await pause()
        continue
      }
    }
    let heard = false
    const started = clock.now()
    // Servers end quiet watches every few minutes: that is no failure, and a pause would be time spent blind.
    const wasFine = () => heard || clock.now() - started >= LONG_ENOUGH
    try {
      const watch = client.watch(resource, { ...selection, resourceVersion: version }, (event) => {
        if (signal.aborted) return
        heard = true
        version = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata?.resourceVersion
        sink.apply(event)
      })
      const stop = () => watch.stop()
      signal.addEventListener('abort', stop, { once: true })
      try {
        await watch.done
      } finally {
        signal.removeEventListener('abort', stop)
      }
      if (wasFine()) failures = 0
      // A server that ends each watch at once must not be asked in a tight loop.
      else if (!signal.aborted) await pause()
    } catch (error) {
      if (signal.aborted) return
      if (wasFine()) failures = 0
      // What is not served any more may come back as something else: it is looked for from the start.
      if (isGone(error) || (options.isOptional && isNotFound(error))) version = undefined
      else options.onError?.(error, 'watch')
      // The first relist after 410 is immediate: the cache is known to be behind.
      if (!isGone(error) || failures > 0) await pause()
      else failures++
    }
  }
}
