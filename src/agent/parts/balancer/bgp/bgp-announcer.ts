import { readFileSync } from 'node:fs'
import { sleep } from '#clock/clock.ts'
import { peerSockets } from '#kernel/sockets/peer-sockets.ts'
import type { PlannedAddress } from '#pools/announcement-plan.ts'
import type { Announcer, AnnouncerStatus } from '../announcer.ts'
import type { AnnouncerGround } from '../balancer-part.ts'
import type { BgpSpeaking } from './bgp-speaking.ts'
import { markBoot } from './boot-mark.ts'
import { isLeaving } from './leaving.ts'

interface BgpAnnouncerOptions extends AnnouncerGround {
  /** The installation's. */
  readonly namespace: string
}

/** Whether the installation leaves is asked for no longer than this, milliseconds: an agent must end. */
const ASK_WITHIN = 1_000

/** Tells addresses to the BGP peers of the node. Where nobody has peers, nothing of it is loaded, and no socket is made. */
export class BgpAnnouncer implements Announcer {
  readonly name = 'bgp'
  readonly #options: BgpAnnouncerOptions
  #planned: ReadonlyMap<string, PlannedAddress> = new Map()
  #loading: Promise<void> | undefined
  #speaking: BgpSpeaking | undefined
  #fault: string | undefined

  constructor(options: BgpAnnouncerOptions) {
    this.#options = options
  }

  set(planned: ReadonlyMap<string, PlannedAddress>): void {
    this.#planned = planned
    if (this.#speaking) this.#speaking.set(planned)
    else if (this.#options.sources.balancing.balancing.peers.length > 0)
      this.#loading ??= this.#load().catch((error: Error) => {
        this.#fault = `BGP is not spoken: ${error.message}`
        this.#loading = undefined
      })
  }

  status(): AnnouncerStatus {
    return this.#speaking?.status() ?? { announced: [], faults: this.#fault ? [this.#fault] : [] }
  }

  async stop(): Promise<void> {
    await this.#loading
    if (!this.#speaking) return
    const { node, namespace } = this.#options
    const isForGood = await Promise.race([
      isLeaving(node.client, namespace, node.clock.now()),
      sleep(node.clock, ASK_WITHIN).then(() => false),
    ])
    await this.#speaking.stop(isForGood)
  }

  async #load(): Promise<void> {
    const { node } = this.#options
    const { BgpSpeaking } = await import('./bgp-speaking.ts')
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const hasForwarded = markBoot(node.stateDir, bootId, (error) => node.log('BGP: the boot is not noted', error))
    const sockets = peerSockets(node.kernel.namespace)
    this.#fault = undefined
    this.#speaking = new BgpSpeaking({ ...this.#options, sockets, hasForwarded })
    this.#speaking.set(this.#planned)
  }
}
