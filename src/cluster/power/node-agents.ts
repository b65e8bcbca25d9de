import { setTimeout as sleep } from 'node:timers/promises'
import type { NodeAgent } from '#agent/node-agent.ts'
import { type ClusterConfig, type NodeConfig, nodesUp } from '../config.ts'

/** How long the parts of a node may take to be ready, milliseconds. */
const READY_LIMIT_MS = 20_000

/** What is done to machines, by whoever can. */
export interface MachineHands {
  isRaised(node: NodeConfig): boolean
  /** Makes its machine anew, with its cable. */
  raise(config: ClusterConfig, node: NodeConfig): void
  /** Pulls its cable, or plugs it in. */
  setCable(config: ClusterConfig, node: NodeConfig, up: boolean): void
  /** Ends its containers and takes its machine away. */
  powerOff(config: ClusterConfig, node: NodeConfig): Promise<void>
  /** Takes away what it has on the disk. */
  forget(config: ClusterConfig, node: NodeConfig): Promise<void>
  /** Routes among those that are there; `gone` were before. */
  route(config: ClusterConfig, gone: readonly NodeConfig[]): void
}

interface NodeAgentsOptions {
  readonly config: ClusterConfig
  readonly hands: MachineHands
  readonly start: (node: NodeConfig, config: ClusterConfig) => NodeAgent
  /** What runs beside the nodes: it keeps machines as they were made, so it stands still while they change. */
  readonly beside: { stop(): Promise<void>; start(config: ClusterConfig): void }
  readonly readyLimitMs?: number
}

/**
 * The agents of those nodes that are up. They follow the cluster's configuration: a node that is stopped, paused or gone
 * in it loses its parts first, so that nobody tells the API of its end, then its containers and its machine; one that is
 * up again gets them anew.
 */
export class NodeAgents {
  readonly #options: NodeAgentsOptions
  readonly #running = new Map<string, NodeAgent>()
  #config: ClusterConfig
  #work: Promise<void> = Promise.resolve()

  /** Starts those of all nodes that are up; their machines are there. */
  constructor(options: NodeAgentsOptions) {
    this.#options = options
    this.#config = options.config
    for (const node of nodesUp(options.config)) this.#start(node)
  }

  /** As it is followed at present. */
  get config(): ClusterConfig {
    return this.#config
  }

  /** In the order of the nodes. */
  get agents(): readonly NodeAgent[] {
    return this.#config.nodes.flatMap(({ name }) => this.#running.get(name) ?? [])
  }

  /**
   * Makes nodes what another configuration says, one call after the other. Resolves when all that came are ready; rejects
   * with what went wrong, and what could be done is done then.
   */
  follow(next: ClusterConfig): Promise<void> {
    const mine = this.#work.then(() => this.#follow(next))
    this.#work = mine.catch(() => undefined)
    return mine
  }

  async #follow(next: ClusterConfig): Promise<void> {
    const before = this.#config
    const { beside } = this.#options
    await beside.stop()
    this.#config = next
    let fresh: readonly NodeConfig[]
    try {
      fresh = await this.#change(before, next)
    } finally {
      beside.start(next)
    }
    await Promise.all(fresh.map((node) => this.#ready(this.#start(node))))
  }

  /** Gives the nodes that are to have agents now, and stand. */
  async #change(before: ClusterConfig, next: ClusterConfig): Promise<readonly NodeConfig[]> {
    const { hands } = this.#options
    const now = new Map(next.nodes.map((node) => [node.name, node]))
    const silent = before.nodes.filter(({ name, number }) => !isSame(now.get(name), number) || now.get(name)?.state)
    // Their cables first: what they say from here on reaches nobody.
    for (const node of silent) if (hands.isRaised(node)) hands.setCable(before, node, false)
    await Promise.all(
      silent.map(async ({ name }) => {
        const agent = this.#running.get(name)
        this.#running.delete(name)
        await agent?.parts.stop()
      }),
    )
    const gone = silent.filter(({ name, number }) => !isSame(now.get(name), number))
    const dark = silent.filter((node) => gone.includes(node) || now.get(node.name)?.state === 'stopped')
    await Promise.all(dark.map((node) => hands.powerOff(before, node)))
    for (const node of gone) await hands.forget(before, node)
    const fresh = nodesUp(next).filter(({ name }) => !this.#running.has(name))
    for (const node of fresh) {
      if (hands.isRaised(node)) hands.setCable(next, node, true)
      else hands.raise(next, node)
    }
    hands.route(next, gone)
    return fresh
  }

  #start(node: NodeConfig): NodeAgent {
    const agent = this.#options.start(node, this.#config)
    this.#running.set(node.name, agent)
    return agent
  }

  async #ready({ node, parts }: NodeAgent): Promise<void> {
    const patience = new AbortController()
    const tooLong = async (): Promise<never> => {
      await sleep(this.#options.readyLimitMs ?? READY_LIMIT_MS, undefined, { signal: patience.signal, ref: false })
      const faults = parts
        .states()
        .flatMap(({ name, ready, faults }) => (ready ? [] : [`${name}: ${faults.join(', ')}`]))
      throw new Error(`${node.name} is not ready yet: ${faults.join('; ')}`)
    }
    const late = tooLong()
    late.catch(() => undefined)
    try {
      await Promise.race([parts.ready, late])
    } finally {
      patience.abort()
    }
  }
}

/** Whether it is the node of before, and not another that was given its name. */
const isSame = (node: NodeConfig | undefined, number: number): boolean => node?.number === number
