import type { ApiObject, Resource } from '#api/resource.ts'
import { sleep } from '#clock/clock.ts'
import type { Client } from './client.ts'
import { isGone, isNotFound, type WatchEvent } from './client.ts'
import { FirstState } from './reflecting/first-state.ts'
import { listAll } from './reflecting/list-all.ts'
import { mannersTo, type ReflectorContext, type ReflectorSink } from './reflecting/manners.ts'
import { guardWatch } from './reflecting/watch-guard.ts'
import { isRefused, refuseWatchList, takesWatchList } from './reflecting/watch-list.ts'

export type { ReflectorSink } from './reflecting/manners.ts'

const LONG_ENOUGH = 10_000

/**
 * Mirrors one resource into `sink` until `signal` aborts: lists, then watches from where the list ended; or both by one
 * watch, where a remote server has that. A watch that ends is taken up at the last version seen (an event's or a
 * bookmark's); 410 Gone lists again. Errors back off.
 */
export const reflect = async <T extends ApiObject>(
  client: Client,
  resource: Resource<T>,
  sink: ReflectorSink<T>,
  options: ReflectorContext,
): Promise<void> => {
  const { clock, random, signal, selection = {} } = options
  const manners = mannersTo(client, random)
  let failures = 0
  let version: string | undefined
  const pause = (error?: unknown) => sleep(clock, manners.delay(failures++, error), signal)
  while (!signal.aborted) {
    const first = version === undefined && takesWatchList(client, clock.now()) ? new FirstState<T>() : undefined
    if (version === undefined && first === undefined) {
      try {
        const list = await listAll(client, resource, selection)
        if (signal.aborted) return
        sink.replace(list.items, list.resourceVersion)
        version = list.resourceVersion
      } catch (error) {
        if (signal.aborted) return
        if (options.isOptional && isNotFound(error)) sink.replace([], '')
        else options.onError?.(error, 'list')
        await pause(error)
        continue
      }
    }
    let heard = false
    const started = clock.now()
    // Servers end quiet watches every few minutes: that is no failure, and a pause would be time spent blind.
    const wasFine = () => heard || clock.now() - started >= LONG_ENOUGH
    const timeoutSeconds = manners.timeoutSeconds()
    const onEvent = (event: WatchEvent<T>): void => {
      if (signal.aborted) return
      guard?.heard(event)
      if (first !== undefined && !first.isWhole) {
        if (!first.take(event)) return
        sink.replace(first.items(), first.resourceVersion)
        version = first.resourceVersion
        heard = true
        return
      }
      heard = true
      version = event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata?.resourceVersion
      sink.apply(event)
    }
    let guard: ReturnType<typeof guardWatch> | undefined
    try {
      const from = first === undefined ? { resourceVersion: version! } : first.request
      const timeout = timeoutSeconds === undefined ? {} : { timeoutSeconds }
      const watch = client.watch(resource, { ...selection, ...from, ...timeout }, onEvent)
      if (timeoutSeconds !== undefined) guard = guardWatch(clock, watch, timeoutSeconds)
      const stop = () => watch.stop()
      signal.addEventListener('abort', stop, { once: true })
      try {
        await watch.done
      } finally {
        guard?.end()
        signal.removeEventListener('abort', stop)
      }
      if (signal.aborted) return
      if (first !== undefined && !first.isWhole) {
        refuseWatchList(client, clock.now(), 'ended')
        await pause()
      } else if (!wasFine()) await pause()
      // A server that ends each watch at once must not be asked in a tight loop.
      else {
        failures = 0
        // One that goes ends them all, before their time: they must not come to the next one together.
        const spread = manners.spread(clock.now() - started, timeoutSeconds)
        if (spread > 0) await sleep(clock, spread, signal)
      }
    } catch (error) {
      if (signal.aborted) return
      if (first !== undefined && !first.isWhole && isRefused(error)) {
        // Told to nobody: the next look is by a list, at once.
        refuseWatchList(client, clock.now(), 'refused')
        continue
      }
      if (wasFine()) failures = 0
      // What is not served any more may come back as something else: it is looked for from the start.
      const isUnserved = options.isOptional && isNotFound(error)
      if (isUnserved && first !== undefined) sink.replace([], '')
      if (isGone(error) || isUnserved) version = undefined
      else options.onError?.(error, 'watch')
      // The first relist after 410 is immediate: the cache is known to be behind.
      if (!isGone(error) || failures > 0 || client.remote) await pause(error)
      else failures++
    }
  }
}
