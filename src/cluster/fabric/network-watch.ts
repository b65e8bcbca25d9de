import type { NetworkFaults } from '#agent/network-audit.ts'
import type { NodeAgent } from '#agent/node-agent.ts'
import type { Node } from '#api/core/node/message.ts'
import type { ApiObject } from '#api/resource.ts'
import type { Clock } from '#client/clock.ts'
import type { EventRecorder } from '#client/event-recorder.ts'
import type { ClusterConfig } from '../config.ts'
import { errorText } from '../error-text.ts'
import { auditMachines } from '../machines/machine-audit.ts'

/** How often it is looked whether somebody has changed the networks, as with tables of rules. */
const PERIOD_MS = 10_000

export interface NetworkWatchOptions {
  readonly config: ClusterConfig
  readonly agents: readonly Pick<NodeAgent, 'name' | 'auditPods'>[]
  readonly node: (name: string) => Node | undefined
  readonly events: Pick<EventRecorder, 'record'>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: (message: string, error?: unknown) => void
}

/**
 * Finds what somebody took away or changed of links, addresses, neighbours, routes and settings, of machines and of
 * pods; puts it right, and tells it as an Event of the pod or the node.
 */
export class NetworkWatch {
  readonly #options: NetworkWatchOptions
  /** What could not be put right, so that it is told once. */
  #lasting = new Set<string>()

  constructor(options: NetworkWatchOptions) {
    this.#options = options
    this.#wait()
  }

  /** What is wrong now, in words; it is put right on the way, so that a second look finds less. */
  look(): readonly string[] {
    const { config, agents } = this.#options
    const lasting = new Set<string>()
    const texts: string[] = []
    const tell = (who: string, about: ApiObject | undefined, { found, error }: NetworkFaults): void => {
      const fault = `${who}: ${found.join(', ')}`
      const text = `${fault}; ${error === undefined ? 'put right' : `cannot be put right: ${errorText(error)}`}`
      texts.push(text)
      if (error !== undefined) lasting.add(fault)
      if (this.#lasting.has(fault)) return
      this.#options.log(text, undefined)
      const reason = error === undefined ? 'NetworkMended' : 'NetworkBroken'
      if (about !== undefined) this.#options.events.record(about, 'Warning', reason, text)
    }
    for (const { machine, ...faults } of auditMachines(config)) {
      const node = this.#options.node(machine)
      tell(machine, node, faults)
    }
    for (const agent of agents) {
      for (const { pod, ...faults } of agent.auditPods()) {
        const { namespace, name, uid } = pod
        tell(`${agent.name}, pod ${namespace}/${name}`, podObject(namespace, name, uid), faults)
      }
    }
    this.#lasting = lasting
    return texts
  }

  /** After ten seconds, or so long that looking takes at most a hundredth of the time. */
  #wait(took = 0): void {
    const { clock, signal, log } = this.#options
    clock.after(Math.max(PERIOD_MS, 100 * took), () => {
      if (signal.aborted) return
      const from = performance.now()
      try {
        this.look()
      } catch (error) {
        log('the networks cannot be looked at', error)
      }
      this.#wait(performance.now() - from)
    })
  }
}

const podObject = (namespace: string, name: string, uid: string): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace, name, uid },
})
