import {
  type EndpointSlice,
  FAMILIES,
  forwardService,
  type Service,
  type ServiceForwarding,
} from './forward-service.ts'
import { type Frontend, frontendsOf, isProxied } from './frontend.ts'
import type { NodeFacts } from './node-facts.ts'

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

export const claimText = ({ address, protocol, port }: Frontend): string =>
  address === undefined
    ? `node port ${port}/${protocol}`
    : `${address.includes(':') ? `[${address}]` : address}:${port}/${protocol}`

const NOBODY: readonly string[] = []

interface Told {
  readonly service: Service
  readonly slices: readonly EndpointSlice[]
}

/**
 * What one node was told of all Services, and who has the frontends that several claim. The rule: the oldest
 * creationTimestamp wins, then the lesser namespace/name. A loser keeps its other frontends, and gets this one when the
 * winner lets go of it.
 *
 * It holds the objects, which the caches hold anyway, and makes forwardings of them when they are asked for: held, they
 * would take 0.7 KB a Service on each node.
 */
export class ForwardingState {
  readonly #node: Pick<NodeFacts, 'name' | 'zone'>
  readonly #services = new Map<string, Told>()
  /** Claimants of each frontend; a bare name where there is one, as nearly always. */
  readonly #claims = new Map<string, string | ReadonlySet<string>>()

  /** `node` is read anew for each forwarding. */
  constructor(node: Pick<NodeFacts, 'name' | 'zone'>) {
    this.#node = node
  }

  /**
   * A Service `default/web` is new, changed or (undefined) gone. Services whose settled forwarding is changed by this:
   * the one given, and those that win or lose a frontend with it.
   */
  set(name: string, service: Service | undefined, slices: readonly EndpointSlice[]): ReadonlySet<string> {
    const affected = new Set([name])
    const before = this.#services.get(name)?.service
    if (service === undefined) this.#services.delete(name)
    else this.#services.set(name, { service, slices })
    // Most changes are of endpoints, which claim nothing.
    if (before === service) return affected
    const after = new Set(claimsOf(service))
    for (const key of new Set([...claimsOf(before), ...after])) {
      const claimants = this.#claims.get(key)
      const others = typeof claimants === 'string' ? [claimants] : (claimants ?? NOBODY)
      for (const other of others) affected.add(other)
      const now = new Set(others)
      if (after.has(key)) now.add(name)
      else now.delete(name)
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

  /** A Service as it was told last, and its forwarding with the frontends that it really has. */
  settled(name: string): {
    readonly service: Service | undefined
    readonly forwarding: ServiceForwarding | undefined
    readonly lost: readonly LostClaim[]
  } {
    const told = this.#services.get(name)
    if (told === undefined) return { service: undefined, forwarding: undefined, lost: [] }
    const forwarding = forwardService(told.service, told.slices, this.#node)
    const lost: LostClaim[] = []
    const ports = forwarding.ports.map((port) => {
      const kept = port.frontends.filter((frontend) => {
        const winner = this.#winner(claimKey(port.family, frontend))
        if (winner === undefined || winner === name) return true
        lost.push({ service: name, winner, frontend: claimText(frontend) })
        return false
      })
      return kept.length === port.frontends.length ? port : { ...port, frontends: kept }
    })
    return { service: told.service, forwarding: lost.length === 0 ? forwarding : { ...forwarding, ports }, lost }
  }

  #winner(key: string): string | undefined {
    const claimants = this.#claims.get(key)
    if (claimants === undefined || typeof claimants === 'string') return claimants
    return [...claimants].reduce((best, name) => (this.#rank(name) < this.#rank(best) ? name : best))
  }

  /** Sorts by age, then by name: RFC 3339 in UTC sorts as text. */
  #rank(name: string): string {
    return `${this.#services.get(name)?.service.metadata?.creationTimestamp} ${name}`
  }
}

function* claimsOf(service: Service | undefined): Generator<string> {
  if (service === undefined || !isProxied(service)) return
  for (const port of service.spec?.ports ?? [])
    for (const family of FAMILIES)
      for (const frontend of frontendsOf(service, port, family)) yield claimKey(family, frontend)
}
