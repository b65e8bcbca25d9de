import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { NodePolicy, PodVerdicts } from './node-policy.ts'
import { type HeldAddress, heldAddress } from './peer.ts'
import type { Direction } from './rule.ts'
import { passes } from './verdicts.ts'

/** A connection's first packet, after translation and before masquerade. */
interface JudgedPacket {
  readonly source: string
  readonly destination: string
  /** Undefined: one without ports. */
  readonly protocol: Protocol | undefined
  readonly port: number
}

/** Which pod of this node does not let it pass, in which direction of its. */
interface Stopped {
  readonly pod: string
  readonly direction: Direction
}

/**
 * Judges packets as the rules of a node do, by what its policies come to now: what it has asked once it knows, so it is good
 * until something changes. `own`: the node's own addresses, whose packets to its pods pass.
 */
export class Judge {
  readonly #policy: NodePolicy
  readonly #own: (address: string) => boolean
  readonly #verdicts = new Map<string, PodVerdicts | undefined>()
  readonly #addresses = new Map<string, HeldAddress | undefined>()

  constructor(policy: NodePolicy, own: (address: string) => boolean) {
    this.#policy = policy
    this.#own = own
  }

  /** Undefined: it passes. */
  stopped(packet: JudgedPacket): Stopped | undefined {
    const { source, destination } = packet
    if (source === destination || this.#own(source)) return undefined
    return this.#asked('egress', source, destination, packet) ?? this.#asked('ingress', destination, source, packet)
  }

  #asked(direction: Direction, at: string, other: string, { protocol, port }: JudgedPacket): Stopped | undefined {
    const pod = this.#policy.localPodAt(at)
    const verdicts = pod && this.#verdictsOf(pod, direction)
    if (pod === undefined || !verdicts) return undefined
    const address = this.#addressOf(other)
    if (address === undefined) return { pod, direction }
    const family: IpFamily = address.address.family
    return passes(verdicts[family], this.#policy.numberOf(address), protocol, port) ? undefined : { pod, direction }
  }

  #verdictsOf(pod: string, direction: Direction): PodVerdicts | undefined {
    const key = `${direction} ${pod}`
    if (!this.#verdicts.has(key)) this.#verdicts.set(key, this.#policy.verdicts(pod, direction))
    return this.#verdicts.get(key)
  }

  #addressOf(text: string): HeldAddress | undefined {
    if (!this.#addresses.has(text)) this.#addresses.set(text, heldAddress(text))
    return this.#addresses.get(text)
  }
}
