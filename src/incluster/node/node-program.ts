import type { AgentNode } from '#agent/runner/agent-node.ts'
import { chosenParts } from '#agent/runner/chosen-parts.ts'
import type { PartDefinition, PartState } from '#agent/runner/part.ts'
import { Parts } from '#agent/runner/parts.ts'
import type { Place } from '#agent/runner/place.ts'
import type { Sources } from '#agent/sources/sources.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { serviceCidrs } from '#api/networking/servicecidr/resource.ts'
import type { Informers } from '#client/informer.ts'
import type { Settings } from '../settings/settings.ts'
import { nodePartsOf } from '../settings/settings.ts'
import { type NodeFacts, nodeFacts } from './node-facts.ts'

/** Changes of facts that come together are one: a node that registers is written several times. Milliseconds. */
const SETTLE_MS = 200

interface NodeProgramOptions {
  /** Its name is the Node's. */
  readonly place: Place
  readonly settings: Settings
  readonly informers: Informers
  readonly sources: Partial<Sources>
  readonly definitions: readonly PartDefinition<AgentNode>[]
  /** The node's folder for what outlives the agent. */
  readonly stateDir: string
}

/**
 * The parts of this node, by what the API says of it: they start when it says enough, and start anew where its addresses or
 * ranges are others. What the kernel holds is adopted, so nothing is interrupted.
 */
export class NodeProgram {
  readonly #options: NodeProgramOptions
  readonly #asked: readonly string[]
  readonly #nodes
  readonly #ranges
  readonly #changed = new Set<() => void>()
  #parts: Parts<AgentNode> | undefined
  #node: AgentNode | undefined
  #facts: string | undefined
  #missing: string | undefined = 'the API server has not answered yet'
  #isStopped = false
  #settling: (() => void) | undefined
  #last: Promise<void> = Promise.resolve()

  /** Throws PartError where the parts asked for cannot be run. */
  constructor(options: NodeProgramOptions) {
    this.#options = options
    const { informers, settings, definitions, sources, place } = options
    this.#asked = nodePartsOf(settings)
    chosenParts(place.name, definitions, this.#asked, (source) => source in sources)
    this.#nodes = informers.for(nodes)
    this.#ranges = informers.for(serviceCidrs, { isOptional: true })
    const look = (): void => this.#soon()
    this.#ranges.addHandlers({ onAdd: look, onUpdate: look, onDelete: look })
    const own = (node: Node): void => {
      if (node.metadata?.name === place.name) this.#soon()
    }
    this.#nodes.addHandlers({ onAdd: own, onUpdate: (_, after) => own(after), onDelete: own })
    void Promise.all([this.#nodes.hasSynced, this.#ranges.hasSynced]).then(() => this.#soon())
  }

  /** The node that its parts run with now; undefined while too little is known of it. */
  get node(): AgentNode | undefined {
    return this.#node
  }

  get parts(): Parts<AgentNode> | undefined {
    return this.#parts
  }

  /** What is not known yet, or not any more, in words; undefined where all is. */
  get missing(): string | undefined {
    return this.#missing
  }

  states(): readonly PartState[] {
    return (
      this.#parts?.states() ??
      this.#asked.map((name) => ({ name, ready: false, faults: this.#missing ? [this.#missing] : [], failures: 0 }))
    )
  }

  /** Called when parts have been started with other facts. */
  onStarted(listener: () => void): void {
    this.#changed.add(listener)
  }

  /** Lets go of everything; what has been laid into the kernel stays and goes on working. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#settling?.()
    await this.#last
    await this.#parts?.stop()
  }

  #soon(): void {
    if (this.#isStopped || this.#settling !== undefined) return
    this.#settling = this.#options.place.clock.after(this.#parts === undefined ? 0 : SETTLE_MS, () => {
      this.#settling = undefined
      this.#last = this.#last.then(() => this.#look())
    })
  }

  async #look(): Promise<void> {
    const { place, settings, sources, definitions, stateDir } = this.#options
    if (this.#isStopped || !this.#nodes.synced || !this.#ranges.synced) return
    const found = nodeFacts(place.name, this.#nodes.lister.get(place.name), this.#ranges.lister.list(), settings)
    if ('missing' in found) {
      // What runs goes on by what was known: a Node that is deleted for a moment must not cost its pods their Services.
      this.#missing = found.missing
      return
    }
    this.#missing = undefined
    const text = JSON.stringify(found.facts)
    if (text === this.#facts) return
    if (this.#facts !== undefined)
      place.log(`the node has changed: ${this.#facts} is now ${text}; its parts start anew`)
    this.#facts = text
    await this.#parts?.stop()
    if (this.#isStopped) return
    this.#node = agentNode(place, settings, found.facts, stateDir)
    const chosen = chosenParts(place.name, definitions, this.#asked, (source) => source in sources)
    this.#parts = new Parts({ place: this.#node, definitions: chosen, sources })
    for (const tell of this.#changed) tell()
  }
}

const agentNode = (place: Place, settings: Settings, facts: NodeFacts, stateDir: string): AgentNode => ({
  ...place,
  addresses: facts.addresses,
  podCidrs: facts.podCidrs,
  stateDir,
  nodeDns: {},
  podNamespace: (uid) => `fairlead-${uid}`,
  cluster: {
    clusterCidr: settings.clusterCidrs,
    serviceCidr: facts.serviceCidrs,
    loadBalancerCidr: [],
    nodePortAddresses: settings.nodePortAddresses,
    clusterDns: settings.clusterDns,
    clusterDomain: settings.clusterDomain,
    allowHostAccess: true,
    without: withoutOf(settings),
    stateDir,
    ...(settings.podNetwork !== undefined && { podNetwork: settings.podNetwork }),
  },
})

/** What others do here, in the agent's words. */
const withoutOf = ({ parts }: Pick<Settings, 'parts'>): readonly string[] => [
  ...(parts.includes('network') ? [] : ['network']),
  ...(parts.includes('proxy') ? [] : ['proxy']),
  ...(parts.includes('dns') ? [] : ['dns']),
]
