import type { Resource } from '#api/resource.ts'
import { keyOf, splitKey } from '#objects/object-key.ts'
import { SYSTEM } from '../access/caller.ts'
import type { Registry } from './registry.ts'

/** Upstream's --event-ttl, milliseconds. */
const AGE = 3_600_000
const INTERVAL = 60_000

/**
 * Takes Events away an hour after they were last written, as a real API server's store does: what happens in a cluster
 * has no end. `sweep` does it at once; `stop` ends it.
 */
export const expireEvents = (
  registry: Registry,
  resource: Resource,
  now: () => number,
): { sweep(): void; stop(): void } => {
  /** When each was last written, the oldest first. */
  const written = new Map<string, number>()
  const read = (): void => {
    for (let event = watch.next(); event; event = watch.next()) {
      if (event.type === 'BOOKMARK') continue
      const key = keyOf(event.object)
      written.delete(key)
      if (event.type !== 'DELETED') written.set(key, now())
    }
  }
  const watch = registry.watch(resource, {}, {}, read)
  const sweep = (): void => {
    read()
    const since = now() - AGE
    for (const [key, at] of written) {
      if (at > since) break
      written.delete(key)
      const { namespace, name } = splitKey(key)
      registry.delete(resource, name, { caller: SYSTEM, ...(namespace ? { namespace } : {}) })
    }
  }
  const timer = setInterval(sweep, INTERVAL).unref()
  return {
    sweep,
    stop() {
      clearInterval(timer)
      watch.close()
    },
  }
}
