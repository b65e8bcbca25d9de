import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { find } from '../cluster/lookup.ts'
import type { Target } from '../resolve/address-destination.ts'
import { NodeView, servicesAt } from './node-view.ts'

/** The nodes as a packet to one address meets them, each made when it is needed. */
export class NodeViews {
  readonly #facts: ClusterFacts
  readonly #services: readonly Service[]
  readonly #views = new Map<string, NodeView>()

  constructor(facts: ClusterFacts, target: Target) {
    this.#facts = facts
    this.#services = servicesAt(facts, target)
  }

  of(name: string): NodeView | undefined {
    const known = this.#views.get(name)
    const node = known === undefined ? find(this.#facts.nodes, name) : undefined
    if (node === undefined) return known
    const view = new NodeView(this.#facts, this.#services, node)
    this.#views.set(name, view)
    return view
  }
}
