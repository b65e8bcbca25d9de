import type { ServiceForwarding } from './forward-service.ts'
import type { Frontend } from './frontend.ts'

/** A frontend that two Services claim, and who has it. */
export interface LostClaim {
  readonly service: string
  readonly winner: string
  /** `203.0.113.9:80/TCP`, or `node port 30080/TCP`. */
  readonly frontend: string
}

/** `203.0.113.9 TCP 80`; one key for a frontend whatever its kind, as the kernel sees no kinds. */
const claimKey = (family: string, { address, protocol, port }: Frontend): string =>
  `${address ?? family} ${protocol} ${port}`

const claimText = ({ address, protocol, port }: Frontend): string =>
  address === undefined
    ? `node port ${port}/${protocol}`
    : `${address.includes(':') ? `[${address}]` : address}:${port}/${protocol}`

/**
 * All Services' forwardings, and who has the frontends that several claim. The rule: the oldest creationTimestamp wins, then the lesser
 * namespace/name. A loser keeps its other frontends, and gets this one when the winner lets go of it.
 */
export class ForwardingState {
  readonly #services = new Map<string, ServiceForwarding>()
  /** Claimants of each frontend; a bare name where there is one, as nearly always. */
  readonly #claims = new Map<string, string | Set<string>>()

  /** Services whose settled forwarding is changed by this: the one given, and those that win or lose a frontend with it. */
  set(service: string, forwarding: ServiceForwarding | undefined): ReadonlySet<string> {
    const affected = new Set([service])
    const before = this.#services.get(service)
    const keys = new Set<string>([...claimsOf(before), ...claimsOf(forwarding)])
    const after = new Set(claimsOf(forwarding))
    if (forwarding === undefined) this.#services.delete(service)
    else this.#services.set(service, forwarding)
    for (const key of keys) {
      const claimants = this.#claims.get(key)
      const others = typeof claimants === 'string' ? (claimants === service ? [] : [claimants]) : [...(claimants ?? [])]
      for (const other of others) affected.add(other)
      const now = new Set(others)
      if (after.has(key)) now.add(service)
      else now.delete(service)
      const [first] = now
      if (first === undefined) this.#claims.delete(key)
      else this.#claims.set(key, now.size === 1 ? first : now)
    }
    return affected
  }

  get size(): number {
    return this.#services.size
  }

  services(): IterableIterator<string> {
    return this.#services.keys()
  }

  /** The forwarding of a Service with the frontends that it really has. */
  settled(service: string): {
    readonly forwarding: ServiceForwarding | undefined
    readonly lost: readonly LostClaim[]
  } {
    const forwarding = this.#services.get(service)
    if (forwarding === undefined) return { forwarding, lost: [] }
    const lost: LostClaim[] = []
    const ports = forwarding.ports.map((port) => {
      const kept = port.frontends.filter((frontend) => {
        const winner = this.#winner(claimKey(port.family, frontend))
        if (winner === undefined || winner === service) return true
        lost.push({ service, winner, frontend: claimText(frontend) })
        return false
      })
      return kept.length === port.frontends.length ? port : { ...port, frontends: kept }
    })
    return { forwarding: lost.length === 0 ? forwarding : { ...forwarding, ports }, lost }
  }

  #winner(key: string): string | undefined {
    const claimants = this.#claims.get(key)
    if (claimants === undefined || typeof claimants === 'string') return claimants
    let best: ServiceForwarding | undefined
    for (const name of claimants) {
      const one = this.#services.get(name)
      if (one !== undefined && (best === undefined || older(one, best))) best = one
    }
    return best?.service
  }
}

/** RFC 3339 in UTC sorts as text. */
const older = (left: ServiceForwarding, right: ServiceForwarding): boolean =>
  left.created === right.created ? left.service < right.service : left.created < right.created

function claimsOf(forwarding: ServiceForwarding | undefined): readonly string[] {
  return forwarding?.ports.flatMap(({ family, frontends }) => frontends.map((one) => claimKey(family, one))) ?? []
}
