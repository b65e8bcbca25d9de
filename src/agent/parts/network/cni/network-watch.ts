import { watch } from 'node:fs'
import type { Clock } from '#clock/clock.ts'
import { readNetwork } from '#cni/conf/conf-folder.ts'
import type { NetworkList } from '#cni/conf/network-list.ts'
import { CONF_FOLDER } from '#cni/node/own-folders.ts'
import type { Chain } from '#cni/run/chain.ts'

/** How often the folder is looked at, and plugins are asked for their word, milliseconds. */
const LOOK_MS = 10_000
/** The same while there is no network that can be used. */
const IMPATIENT_MS = 1_000
/** Whoever writes a file writes it in pieces, milliseconds. */
const SETTLE_MS = 50

interface NetworkWatchOptions {
  readonly folder: string
  readonly chain: Pick<Chain, 'status'>
  readonly clock: Clock
  /** Another network, or it can or cannot be used now. */
  readonly onChange: () => void
  readonly log: (message: string, error?: unknown) => void
}

/** The network that the node's folder configures at present, and whether its plugins can attach anybody. */
export class NetworkWatch {
  readonly #options: NetworkWatchOptions
  #list: NetworkList | undefined
  #why: string | undefined = NONE
  #cancel = (): void => undefined
  #looking: Promise<void> | undefined
  /** The folder has changed since the look that is under way began. */
  #isStale = false
  #isClosed = false
  #closeWatch = (): void => undefined

  constructor(options: NetworkWatchOptions) {
    this.#options = options
    try {
      const watcher = watch(options.folder, { persistent: false }, () => this.#noticed())
      watcher.on('error', () => watcher.close())
      this.#closeWatch = () => watcher.close()
    } catch (error) {
      // The machine may have no more watches to give: we look all the same, a little later.
      options.log('the folder of CNI configurations cannot be watched, and is looked at now and then', error)
    }
  }

  /** Undefined: pods cannot be attached. */
  get list(): NetworkList | undefined {
    return this.#why === undefined ? this.#list : undefined
  }

  /** Why they cannot, in Kubernetes' words. */
  get unready(): string | undefined {
    return this.#why === undefined
      ? undefined
      : `container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: ${this.#why}`
  }

  /** Looks now, one look at a time. Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
      this.#lookIn(this.#isStale ? SETTLE_MS : this.#why === undefined ? LOOK_MS : IMPATIENT_MS)
      this.#isStale = false
    })
    return this.#looking
  }

  close(): void {
    this.#isClosed = true
    this.#cancel()
    this.#closeWatch()
  }

  async #look(): Promise<void> {
    const { folder, chain, log, onChange } = this.#options
    let list: NetworkList | undefined
    let why: string | undefined
    try {
      list = readNetwork(folder, CONF_FOLDER)
      if (list === undefined) why = NONE
      else await chain.status(list)
    } catch (error) {
      why = list === undefined ? `${NONE}: ${(error as Error).message}` : (error as Error).message
    }
    if (this.#isClosed) return
    const before = JSON.stringify([this.#list, this.#why])
    this.#list = list
    this.#why = why
    if (JSON.stringify([list, why]) === before) return
    log(why === undefined ? `the pods' network is ${list!.name}` : `the pods' network cannot be used: ${why}`)
    onChange()
  }

  #noticed(): void {
    if (this.#looking === undefined) this.#lookIn(SETTLE_MS)
    else this.#isStale = true
  }

  #lookIn(ms: number): void {
    this.#cancel()
    if (!this.#isClosed) this.#cancel = this.#options.clock.after(ms, () => void this.look())
  }
}

const NONE = 'cni plugin not initialized'
