import type { Event } from '#api/core/event/message.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { isNotFound } from '#client/client.ts'
import { keyOf, splitKey } from '#objects/object-key.ts'
import { SYSTEM } from '../access/caller.ts'
import type { Registry } from './registry.ts'

/** Upstream's --event-ttl, milliseconds. */
const AGE = 3_600_000
const INTERVAL = 60_000

/**
 * Takes Events away an hour after they were last written, as a real API server's store does: what happens in a cluster
 * has no end. Of those that are there already, their own times tell when that was. `sweep` does it at once; `stop` ends
 * it.
 */
export const expireEvents = (
  registry: Registry,
  resource: Resource,
  now: () => number,
  onError: (error: unknown) => void,
): { sweep(): Promise<void>; stop(): void } => {
  /** When each was last written, the oldest first. */
  const written = new Map<string, number>()
  let isInitial = true
  const read = (): void => {
    for (let event = watch.next(); event; event = watch.next()) {
      if (event.type === 'BOOKMARK') {
        isInitial = false
        continue
      }
      const key = keyOf(event.object)
      written.delete(key)
      if (event.type !== 'DELETED') written.set(key, isInitial ? Math.min(now(), lastTold(event.object)) : now())
    }
  }
  const watch = registry.watch(resource, {}, { sendInitialEvents: true, marked: true }, read)
  const remove = async (key: string): Promise<void> => {
    const { namespace, name } = splitKey(key)
    try {
      await registry.delete(resource, name, { caller: SYSTEM, ...(namespace ? { namespace } : {}) })
    } catch (error) {
      // Where it could not be kept, the next sweep tries again.
      if (!isNotFound(error)) onError(error)
    }
  }
  const sweep = async (): Promise<void> => {
    read()
    const since = now() - AGE
    const old = [...written].filter(([, at]) => at <= since)
    await Promise.all(old.map(([key]) => remove(key)))
  }
  const timer = setInterval(() => void sweep(), INTERVAL).unref()
  return {
    sweep,
    stop() {
      clearInterval(timer)
      watch.close()
    },
  }
}

/** The latest time that an Event names, milliseconds since 1970. */
const lastTold = (object: ApiObject): number => {
  const { metadata, firstTimestamp, lastTimestamp, eventTime, series } = object as Event
  const times = [metadata?.creationTimestamp, firstTimestamp, lastTimestamp, eventTime, series?.lastObservedTime]
  return Math.max(...times.map((time) => Date.parse(time ?? '') || 0))
}
