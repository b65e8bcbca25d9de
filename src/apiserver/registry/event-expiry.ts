import type { Resource } from '#api/resource.ts'
import { objectKey } from '#objects/object-key.ts'
import type { Store } from '../storage/store.ts'
import { openWatch } from '../storage/watch.ts'

/** Upstream's --event-ttl, milliseconds. */
const AGE = 3_600_000
const INTERVAL = 60_000

/**
 * Takes Events away an hour after they were last written, as a real API server's store does: what happens in a cluster
 * has no end. `sweep` does it at once; `stop` ends it.
 */
export const expireEvents = (
  store: Store,
  resource: Pick<Resource, 'group' | 'plural'>,
  now: () => number,
): { sweep(): void; stop(): void } => {
  const collection = store.collection(resource)
  /** When each was last written, the oldest first. */
  const written = new Map<string, number>()
  const read = (): void => {
    for (let event = watch.next(); event; event = watch.next()) {
      if (event.type === 'BOOKMARK') continue
      const { namespace, name = '' } = event.object.metadata ?? {}
      const key = objectKey(namespace, name)
      written.delete(key)
      if (event.type !== 'DELETED') written.set(key, now())
    }
  }
  const watch = openWatch(collection, {}, {}, read)
  const sweep = (): void => {
    read()
    const since = now() - AGE
    for (const [key, at] of written) {
      if (at > since) break
      written.delete(key)
      collection.delete(key)
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
