import { existsSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { events } from '#api/core/event/resource.ts'
import type { Client } from '#client/client.ts'
import { EventRecorder } from '#client/event-recorder.ts'
import type { Clock } from '#clock/clock.ts'
import { tryLockFile } from '#kernel/files/file-lock.ts'
import { LocalImages } from '#runtime/images/local/local-images.ts'
import { imageStoreFolder } from '../state/state.ts'
import { ImageCollector } from './image-collector.ts'
import { imageAskers, imageUsers } from './image-users.ts'

interface CollectImagesOptions {
  /** Folder of the clusters that have one store. */
  readonly root: string
  readonly client: Client
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Names of the nodes that run here: each has the disk for its own, and is told of what is wrong with it. */
  readonly nodes: () => readonly string[]
  readonly log: (message: string, error?: unknown) => void
}

/** Keeps the store of images from filling its disk, beside whichever other clusters do so too. */
export const collectImages = ({ root, client, clock, signal, nodes, log }: CollectImagesOptions): ImageCollector => {
  const store = imageStoreFolder(root)
  const images = new LocalImages({ root: store })
  const users = () => imageUsers(root)
  const recorders = new Map<string, EventRecorder>()
  const recorderOf = (host: string): EventRecorder => {
    const onError = (error: unknown) => log('an Event was lost', error)
    const fresh = () =>
      new EventRecorder(client, {
        ...{ resource: events, component: 'kubelet', host, clock, random: Math.random, signal, onError },
      })
    const recorder = recorders.get(host) ?? fresh()
    recorders.set(host, recorder)
    return recorder
  }
  const collector = new ImageCollector({
    images: {
      list: (inUse, now) => images.kept(inUse, now),
      takeAway: async (id) => {
        const gone = await images.takeAway([id], users, () => imageAskers(root))
        if (gone.length > 0) log(`image ${gone.join(', ')} went: nobody used it, and the disk is nearly full`)
      },
      // Where nothing was ever brought there is nothing to lock.
      lock: () => (existsSync(store) ? tryLockFile(join(store, 'collecting')) : undefined),
    },
    users,
    disk: () => {
      const { bavail, blocks, bsize } = statfsSync(store)
      return { totalBytes: blocks * bsize, availableBytes: bavail * bsize }
    },
    clock,
    warn: (reason, message) => {
      // A kubelet names its node by its name alone.
      for (const name of nodes())
        recorderOf(name).recordReference({ kind: 'Node', name, uid: name }, 'Warning', reason, message)
    },
    log,
  })
  collector.start(signal)
  return collector
}
