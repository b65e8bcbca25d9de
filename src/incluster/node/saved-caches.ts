import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiObject } from '#api/resource.ts'
import type { Informer } from '#client/informer.ts'
import { saveInformer } from '#client/saved/saver.ts'
import type { Clock } from '#clock/clock.ts'
import type { Settings } from '../settings/settings.ts'

/** What is older tells of pods that are long gone: a node that was off for a day waits for the API server. Milliseconds. */
const MOST_AGE = 24 * 60 * 60 * 1000
/** Of these the past is worse than nothing: who holds an address now, and what is secret. */
const NOT_KEPT: readonly string[] = ['leases', 'secrets']

interface SavedCachesOptions {
  /** Made where it is not there; root's alone. */
  readonly folder: string
  /** By which this cluster is told from others whose agent may have run on this node. */
  readonly settings: Pick<Settings, 'apiServers' | 'clusterCidrs' | 'serviceCidrs'>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: (message: string) => void
}

/** What an agent knows of the cluster, on the node's disk: a node that boots while no API server answers comes up with it. */
export class SavedCaches {
  readonly #options: SavedCachesOptions
  readonly #cluster: string
  readonly #flushes: (() => Promise<void>)[] = []

  constructor(options: SavedCachesOptions) {
    const { apiServers, clusterCidrs, serviceCidrs } = options.settings
    this.#options = options
    this.#cluster = createHash('sha256').update([apiServers, clusterCidrs, serviceCidrs].join('\n')).digest('hex')
    mkdirSync(options.folder, { recursive: true, mode: 0o700 })
  }

  /** From now on it is kept; before it starts. */
  readonly keep = (informer: Informer<ApiObject>): void => {
    const { group, plural } = informer.resource
    if (NOT_KEPT.includes(plural)) return
    const { folder, clock, signal, log } = this.#options
    const file = { path: join(folder, `${plural}.${group || 'core'}`), cluster: this.#cluster }
    this.#flushes.push(saveInformer(informer, { file, clock, signal, mostAge: MOST_AGE, log }))
  }

  /** Writes what has changed, for a stop that was asked for. */
  async flush(): Promise<void> {
    await Promise.all(this.#flushes.map((flush) => flush()))
  }
}
