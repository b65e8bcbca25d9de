import type { Node } from '#api/core/node/message.ts'
import { nodes as nodeResource } from '#api/core/node/resource.ts'
import type { Clock } from '#clock/clock.ts'
import { objectKey } from '#objects/object-key.ts'
import {
  type BalancedService,
  type BalancerNode,
  type PlannedAddress,
  planAnnouncements,
} from '#pools/announcement-plan.ts'
import { balancedService, balancerNode } from '#pools/balanced-service.ts'
import type { Ground } from '../../runner/part.ts'

/** Changes of so long are planned together, milliseconds. */
const GATHER = 20

type FeedSources = Ground<'services' | 'serviceObjects' | 'nodes' | 'balancing'>['sources']

interface AnnouncementFeedOptions {
  readonly node: string
  readonly sources: FeedSources
  readonly clock: Clock
  /** Another `loadBalancerClass` than these is somebody else's. */
  readonly classes: readonly string[]
  readonly onPlan: (planned: ReadonlyMap<string, PlannedAddress>) => void
}

/**
 * Services with addresses, nodes and what is asked of the balancer, as what this node has to do. Planned anew where
 * something of it has changed, and told once all of it is known.
 */
export class AnnouncementFeed {
  readonly synced: Promise<void>
  readonly #options: AnnouncementFeedOptions
  readonly #services = new Map<string, BalancedService>()
  readonly #nodes = new Map<string, BalancerNode>()
  readonly #texts = new Map<string, string>()
  readonly #ends: (() => void)[] = []
  #isLive = false
  #isDue = false

  constructor(options: AnnouncementFeedOptions) {
    this.#options = options
    const { sources, classes } = options
    const isOurs = (name: string | undefined) => !name || classes.includes(name)
    this.#ends.push(
      sources.services.subscribe((named, service, slices) => {
        const key = objectKey(named.namespace, named.name)
        const ours = isOurs(service?.spec?.loadBalancerClass) ? service : undefined
        this.#set(this.#services, 'service', key, balancedService(key, ours, slices))
      }),
      sources.nodes.addHandlers({
        onAdd: (node) => this.#node(node),
        onUpdate: (_, node) => this.#node(node),
        onDelete: ({ metadata }) => this.#set(this.#nodes, nodeResource.plural, metadata?.name ?? '', undefined),
      }),
      sources.balancing.onChange(() => this.#note()),
    )
    this.synced = Promise.all([sources.services.synced, sources.nodes.hasSynced, sources.balancing.synced]).then(() => {
      this.#isLive = true
      this.#plan()
    })
  }

  stop(): void {
    this.#isLive = false
    for (const end of this.#ends) end()
  }

  #node(node: Node): void {
    this.#set(this.#nodes, nodeResource.plural, node.metadata?.name ?? '', balancerNode(node))
  }

  /** Heartbeats of nodes, and most changes of endpoints, change nothing here. */
  #set<T>(map: Map<string, T>, kind: string, key: string, value: T | undefined): void {
    const text = JSON.stringify(value)
    const id = `${kind} ${key}`
    if (this.#texts.get(id) === text) return
    if (value === undefined) {
      map.delete(key)
      this.#texts.delete(id)
    } else {
      map.set(key, value)
      this.#texts.set(id, text!)
    }
    this.#note()
  }

  #note(): void {
    if (!this.#isLive || this.#isDue) return
    this.#isDue = true
    this.#options.clock.after(GATHER, () => this.#plan())
  }

  #plan(): void {
    this.#isDue = false
    if (!this.#isLive) return
    const { node, sources, onPlan } = this.#options
    const { balancing } = sources.balancing
    onPlan(planAnnouncements({ node, nodes: [...this.#nodes.values()], balancing, services: this.#services.values() }))
  }
}
