import { WORD } from './rule.ts'
import type { Kind } from './ruleset/kinds.ts'
import { kindName } from './ruleset/kinds.ts'

/** The dataplane has no room for what is asked. `code` tells of what. */
class CapacityError extends Error {
  override readonly name = 'CapacityError'
  readonly code: 'SERVICE_PORTS_EXHAUSTED' | 'KINDS_EXHAUSTED' | 'ENDPOINTS_EXHAUSTED'
  constructor(code: CapacityError['code'], message: string) {
    super(message)
    this.code = code
  }
}

interface EndpointNumbers {
  readonly numbers: Map<string, number>
  /** Endpoint numbers given back, the longest free first. */
  readonly freed: number[]
  next: number
}

/**
 * The numbers by which the kernel's maps know service ports, endpoints where they need one, and kinds. They stay while
 * their owner lives. A number that comes free rests, or pins that the kernel has learned would lead clients to a
 * stranger. Time is in seconds, told by the caller.
 */
export class Ids {
  readonly #ports = new Map<string, number>()
  /** Only of those service ports that number their endpoints. */
  readonly #endpoints = new Map<string, EndpointNumbers>()
  /** When each may be given again, by id. */
  readonly #resting = new Map<number, number>()
  /** Until when pins may live that were made under a longer affinity than now; few service ports have an entry. */
  readonly #pinned = new Map<string, number>()
  readonly #kinds = new Map<string, number>()
  #next = 1
  #nextKind = 1

  /** Takes over what a process before us has numbered: endpoints by `10.244.1.1 8080`. */
  adopt(name: string, id: number, endpoints: ReadonlyMap<string, number>): void {
    this.#ports.set(name, id)
    this.#next = Math.max(this.#next, id + 1)
    if (endpoints.size === 0) return
    const highest = Math.max(...endpoints.values())
    // Below the highest there may be numbers that pins still lead to: they come last.
    this.#endpoints.set(name, { numbers: new Map(endpoints), freed: unused(endpoints, highest), next: highest + 1 })
  }

  /** An id that nobody has any more, though elements or pins of it may be in the kernel: it rests. */
  reserve(id: number, until: number): void {
    this.#next = Math.max(this.#next, id + 1)
    this.#resting.set(id, Math.max(until, this.#resting.get(id) ?? 0))
  }

  adoptKind(number: number, kind: Kind): void {
    this.#kinds.set(kindName(kind), number)
    this.#nextKind = Math.max(this.#nextKind, number + 1)
  }

  /** Every service port that has an id, and the id. */
  inUse(): Iterable<readonly [servicePort: string, id: number]> {
    return this.#ports
  }

  /** The id of a service port that has one already. */
  known(name: string): number | undefined {
    return this.#ports.get(name)
  }

  /** The id of a service port, `default/web:http`. Throws CapacityError SERVICE_PORTS_EXHAUSTED. */
  servicePort(name: string, now: number): number {
    const known = this.#ports.get(name)
    if (known !== undefined) return known
    const id = this.#take(now)
    this.#ports.set(name, id)
    return id
  }

  #take(now: number): number {
    for (const [id, until] of this.#resting)
      if (until <= now) {
        this.#resting.delete(id)
        return id
      }
    if (this.#next > WORD.MAX_ID)
      throw new CapacityError(
        'SERVICE_PORTS_EXHAUSTED',
        `all ${WORD.MAX_ID} service-port ids are in use or resting; delete Services`,
      )
    return this.#next++
  }

  /** Session affinity of a service port has become shorter, or is off: pins that were made before live until then. */
  pinnedUntil(name: string, until: number): void {
    this.#pinned.set(name, Math.max(until, this.#pinned.get(name) ?? 0))
  }

  /** Gives an id back. It rests until its pins have expired. */
  release(name: string, now: number, affinitySeconds: number): void {
    const known = this.#ports.get(name)
    if (known === undefined) return
    this.#ports.delete(name)
    this.#endpoints.delete(name)
    this.#resting.set(known, Math.max(now + affinitySeconds, this.#pinned.get(name) ?? 0))
    this.#pinned.delete(name)
  }

  /** Numbers 1 to 8191 for the endpoints of a service port; those that are not named any more come free. Throws CapacityError. */
  endpoints(servicePort: string, keys: readonly string[]): ReadonlyMap<string, number> {
    if (!this.#ports.has(servicePort)) throw new Error(`service port ${servicePort} has no id`)
    if (keys.length > WORD.MAX_ENDPOINT)
      throw new CapacityError(
        'ENDPOINTS_EXHAUSTED',
        `${servicePort.replace(/:$/, '')} has ${keys.length} endpoints; at most ${WORD.MAX_ENDPOINT} can be told apart: spread them over several Services`,
      )
    const port = this.#endpoints.get(servicePort) ?? { numbers: new Map<string, number>(), freed: [], next: 1 }
    this.#endpoints.set(servicePort, port)
    const wanted = new Set(keys)
    for (const [key, number] of port.numbers) {
      if (wanted.has(key)) continue
      port.numbers.delete(key)
      port.freed.push(number)
    }
    for (const key of keys) {
      if (port.numbers.has(key)) continue
      port.numbers.set(key, port.next <= WORD.MAX_ENDPOINT ? port.next++ : (port.freed.shift() as number))
    }
    return port.numbers
  }

  /** Affinity is off: what clients held to is forgotten, and stays so if it is turned on again. */
  releaseEndpoints(servicePort: string): void {
    const port = this.#endpoints.get(servicePort)
    if (port === undefined) return
    port.freed.push(...port.numbers.values())
    port.numbers.clear()
  }

  /** The number of a kind, 1 to 4095, for good. Throws CapacityError KINDS_EXHAUSTED. */
  kind(kind: Kind): number {
    const name = kindName(kind)
    const known = this.#kinds.get(name)
    if (known !== undefined) return known
    const number = this.#nextKind
    if (number > WORD.MAX_KIND)
      throw new CapacityError(
        'KINDS_EXHAUSTED',
        `${WORD.MAX_KIND} combinations of endpoint count and affinity timeout are in use: ${name} is one too many`,
      )
    this.#nextKind++
    this.#kinds.set(name, number)
    return number
  }
}

function unused(endpoints: ReadonlyMap<string, number>, below: number): number[] {
  const used = new Set(endpoints.values())
  return Array.from({ length: below - 1 }, (_, index) => index + 1).filter((number) => !used.has(number))
}
