import type { NodeLink } from '#announce/link-choice.ts'
import type { Wire } from '../l2/wire.ts'

/** A switch in memory: each node has one link at it. */
export class FakeLan {
  readonly #ports = new Map<string, (frame: Uint8Array) => void>()
  readonly #cut = new Set<string>()
  readonly groups = new Map<string, Set<string>>()
  #count = 0

  /** Nothing comes from that node any more, or to it. */
  cut(name: string): void {
    this.#cut.add(name)
  }

  /** Another machine says something. */
  say(frame: Uint8Array): void {
    for (const [name, hear] of this.#ports) if (!this.#cut.has(name)) hear(frame)
  }

  wire(name: string): Wire {
    const number = ++this.#count
    const link: NodeLink = {
      index: 2,
      name: 'eth0',
      mac: `02:00:00:00:00:0${number}`,
      isUp: true,
      isPort: false,
      kind: undefined,
      addresses: [`192.0.2.${number}/24`, `fe80::${number}/64`],
    }
    const groups = new Set<string>()
    this.groups.set(name, groups)
    return {
      links: () => [link],
      isRouter: () => true,
      open: (_, { onFrame }) => {
        this.#ports.set(name, onFrame)
        return {
          send: (frame) => {
            if (this.#cut.has(name)) return false
            for (const [other, hear] of this.#ports) if (other !== name && !this.#cut.has(other)) hear(frame)
            return true
          },
          join: (group) => groups.add(group),
          leave: (group) => groups.delete(group),
          close: () => this.#ports.delete(name),
        }
      },
    }
  }
}
