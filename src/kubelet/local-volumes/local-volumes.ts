import { chmodSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import { classOf } from '#api/core/persistentvolume/storage.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { ApiObject } from '#api/resource.ts'
import { type Client, isAlreadyExists, isConflict, isNotFound } from '#client/client.ts'
import { EventRecorder } from '#client/event-recorder.ts'
import { WorkQueue } from '#client/work-queue.ts'
import type { Clock } from '#clock/clock.ts'
import { keyOf } from '#objects/object-key.ts'
import { LOCAL_PROVISIONER } from '#objects/volume-marks.ts'
import { removeFolder } from '#runtime/folders/remove-folder.ts'
import type { KubeletResources, ObjectSource } from '../context.ts'
import { errorText } from '../kubelet-error.ts'
import { isLocalFolder, isLocalName, localFolders } from './local-folder.ts'
import { DELETION_FINALIZER, folderRefusal, folderVolume, type LocalNode, reclaimOf, wantsFolder } from './provision.ts'

const CLAIM = 'claim:'
const VOLUME = 'volume:'
/** For a pod that is still ending: then its folder is looked at again, milliseconds. */
const STILL_USED_MS = 1000

interface LocalVolumesOptions {
  readonly node: LocalNode
  readonly client: Client
  readonly resources: KubeletResources
  readonly claims: ObjectSource<PersistentVolumeClaim>
  readonly volumes: ObjectSource<PersistentVolume>
  /** Whether a pod that is not gone has this folder, whatever the API says of it. */
  readonly isUsed: (folder: string) => boolean
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: (message: string, error?: unknown) => void
}

/**
 * Makes folders of this node for claims of our classes, and removes those whose claims have gone: the provisioner of
 * the node. A folder is there before its volume is told, and is gone before its volume is: whatever ends this process in
 * between, the next one goes on.
 */
export class LocalVolumes {
  readonly #options: LocalVolumesOptions
  readonly #queue: WorkQueue
  readonly #events: EventRecorder

  constructor(options: LocalVolumesOptions) {
    this.#options = options
    const { client, clock, signal, log, node, resources, claims, volumes } = options
    this.#events = new EventRecorder(client, {
      resource: resources.events,
      component: LOCAL_PROVISIONER,
      host: node.name,
      clock,
      random: Math.random,
      signal,
      onError: (error) => log('an Event was lost', error),
    })
    this.#queue = new WorkQueue((key) => this.#sync(key), {
      clock,
      random: Math.random,
      signal,
      concurrency: 4,
      firstDelay: 100,
      onError: (key, error) => {
        if (!isConflict(error) && !isNotFound(error)) log(`${key} on this node`, error)
      },
    })
    const noteClaim = (claim: PersistentVolumeClaim): void => {
      if (wantsFolder(claim, node)) this.#queue.add(`${CLAIM}${keyOf(claim)}`)
    }
    const noteVolume = (volume: PersistentVolume): void => {
      if (reclaimOf(volume, node) !== 'keep') this.#queue.add(`${VOLUME}${keyOf(volume)}`)
    }
    claims.addHandlers({ onAdd: noteClaim, onUpdate: (_, claim) => noteClaim(claim) })
    volumes.addHandlers({ onAdd: noteVolume, onUpdate: (_, volume) => noteVolume(volume) })
    void Promise.all([claims.hasSynced, volumes.hasSynced]).then(() => {
      if (signal.aborted) return
      this.#tidy()
      this.#queue.start()
    })
  }

  #sync(key: string): Promise<unknown> {
    const { claims, volumes } = this.#options
    const name = key.slice(key.indexOf(':') + 1)
    if (key.startsWith(VOLUME)) return this.#reclaim(volumes.lister.get(name))
    const slash = name.indexOf('/')
    return this.#provision(claims.lister.get(name.slice(slash + 1), name.slice(0, slash)))
  }

  async #provision(claim: PersistentVolumeClaim | undefined): Promise<void> {
    const { client, node, resources, volumes } = this.#options
    if (claim === undefined || !wantsFolder(claim, node)) return
    const storageClass = await client.get(resources.storageClasses, classOf(claim) ?? '')
    if (storageClass.provisioner !== LOCAL_PROVISIONER) return
    const about = `failed to provision volume with StorageClass "${storageClass.metadata?.name}"`
    const why = folderRefusal(claim, storageClass)
    if (why !== undefined) return this.#tell(claim, 'Warning', 'ProvisioningFailed', `${about}: ${why}`)
    const volume = folderVolume(claim, storageClass, node)
    const name = volume.metadata?.name ?? ''
    // What it is to be kept in becomes a path.
    if (!isLocalName(name) || volumes.lister.get(name) !== undefined) return
    const text = `External provisioner is provisioning volume for claim "${keyOf(claim)}"`
    this.#tell(claim, 'Normal', 'Provisioning', text)
    try {
      this.#makeFolder(volume.spec?.local?.path ?? '')
      await client.create(resources.volumes, volume)
    } catch (error) {
      if (isAlreadyExists(error)) return
      this.#tell(claim, 'Warning', 'ProvisioningFailed', `${about}: ${errorText(error)}`)
      throw error
    }
    this.#tell(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`)
  }

  /** For every user of a container. */
  #makeFolder(path: string): void {
    mkdirSync(localFolders(this.#options.node.stateDir), { recursive: true, mode: 0o700 })
    mkdirSync(path, { recursive: true })
    chmodSync(path, 0o777)
  }

  /** Answers with when to look again, where a pod is still ending that uses it. */
  async #reclaim(volume: PersistentVolume | undefined): Promise<number | undefined> {
    const { client, node, resources, isUsed } = this.#options
    const fate = volume === undefined ? 'keep' : reclaimOf(volume, node)
    if (volume === undefined || fate === 'keep') return undefined
    const { name = '', uid } = volume.metadata ?? {}
    if (fate === 'remove') {
      const folder = volume.spec!.local!.path
      // Of a pod that was deleted without patience, containers may still run: nothing is taken apart under them.
      if (isUsed(folder)) return STILL_USED_MS
      try {
        await removeFolder(folder)
      } catch (error) {
        this.#tell(volume, 'Warning', 'VolumeFailedDelete', errorText(error))
        throw error
      }
    }
    const finalizers = volume.metadata?.finalizers ?? []
    if (finalizers.includes(DELETION_FINALIZER)) {
      const left = finalizers.filter((one) => one !== DELETION_FINALIZER)
      await client.update(resources.volumes, { ...volume, metadata: { ...volume.metadata, finalizers: left } })
    }
    if (fate === 'remove')
      await client.delete(resources.volumes, name, { preconditions: { ...(uid !== undefined && { uid }) } })
    return undefined
  }

  /** Empty folders that no volume names: of a process that ended before it could tell of them. */
  #tidy(): void {
    const { node, volumes, log } = this.#options
    const known = new Set(
      volumes.lister.list().flatMap((volume) => (isLocalFolder(node.stateDir, volume) ? [volume.metadata?.name] : [])),
    )
    try {
      for (const name of readdirSync(localFolders(node.stateDir))) {
        if (!isLocalName(name) || known.has(name)) continue
        try {
          rmdirSync(join(localFolders(node.stateDir), name))
        } catch (error) {
          // With something in it, it may be all that is left of somebody's data.
          if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error
        }
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log('folders without volumes', error)
    }
  }

  #tell(about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#events.record(about, type, reason, message)
  }
}
