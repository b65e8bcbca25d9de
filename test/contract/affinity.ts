import type { Hit } from './clause.ts'
import type { Endpoint } from './endpoints.ts'
import type { Frontend } from './frontends.ts'
import { nameOf, type Packet } from './model.ts'

interface Pin {
  readonly endpoint: string
  readonly frontend: string
  /** How many could have been chosen when it was made. */
  readonly among: number
  /** The second in which it is over, unless a new connection renews it, … */
  readonly expires: number
  /** … and the one in which it would have been over without those that did. */
  readonly unrenewed: number
}

/** `default/web:http IPv4` */
export const servicePortOf = ({ service, servicePort, family }: Frontend): string =>
  `${nameOf(service)}:${servicePort.name ?? ''} ${family}`

const endpointKey = ({ address, port }: Pick<Endpoint, 'address' | 'port'>) => `${address} ${port}`

/** Which client holds to which endpoint until when, by service port and client. Time is told to it, in seconds. */
export class Pins {
  #now = 0
  readonly #pins = new Map<string, Map<string, Pin>>()
  readonly #released = new Set<string>()

  /** So many seconds go by. */
  pass(seconds: number): void {
    this.#now += seconds
  }

  /** A client was given this endpoint, one `among` so many. It stays with it for these seconds from now on, whatever they were before. */
  record(
    servicePort: string,
    { source, destination, port }: Packet,
    endpoint: Pick<Endpoint, 'address' | 'port'>,
    { among, seconds }: { readonly among: number; readonly seconds: number },
  ): void {
    const held = this.#pins.get(servicePort) ?? new Map<string, Pin>()
    this.#pins.set(servicePort, held)
    const before = held.get(source)
    const expires = this.#now + seconds
    const isRenewed = before?.endpoint === endpointKey(endpoint) && before.expires > this.#now
    held.set(source, {
      endpoint: endpointKey(endpoint),
      frontend: `${destination} ${port}`,
      among,
      expires,
      unrenewed: isRenewed ? before.unrenewed : expires,
    })
    this.#released.delete(`${servicePort} ${source}`)
  }

  /** The cluster has changed: who held to an endpoint that is gone is free, even if it comes back. */
  release(sets: ReadonlyMap<string, ReadonlySet<string>>): void {
    for (const [servicePort, held] of this.#pins) {
      for (const [client, { endpoint, expires }] of held) {
        if (sets.get(servicePort)?.has(endpoint)) continue
        held.delete(client)
        if (expires > this.#now) this.#released.add(`${servicePort} ${client}`)
      }
    }
  }

  /** Whom a client may be given: its own endpoint, if that is among the candidates. */
  choose(frontend: Frontend, candidates: readonly Endpoint[], packet: Packet, hit: Hit): readonly Endpoint[] {
    const servicePort = servicePortOf(frontend)
    const known = this.#pins.get(servicePort)?.get(packet.source)
    const same = candidates.filter((one) => endpointKey(one) === known?.endpoint)
    const isOver = known !== undefined && known.expires <= this.#now
    if (isOver && same.length > 0 && candidates.length > 1) hit('affinity/expires')
    const pin = isOver ? undefined : known
    if (pin !== undefined && same.length > 0) {
      if (candidates.length > 1 && pin.unrenewed <= this.#now) hit('affinity/renewed')
      if (candidates.length > 1) hit('affinity/pinned')
      if (candidates.length > pin.among) hit('affinity/added')
      if (candidates.length > 1 && pin.frontend !== `${packet.destination} ${packet.port}`) hit('affinity/shared')
      return same
    }
    if (pin !== undefined) hit('affinity/local-replaces')
    else if (this.#released.has(`${servicePort} ${packet.source}`)) hit('affinity/released')
    else if (candidates.length > 1) hit('affinity/first')
    return candidates
  }
}

/** Seconds that a client stays; undefined: no affinity. */
export function affinitySeconds({ service: { spec } }: Frontend, hit: Hit): number | undefined {
  if (spec?.sessionAffinity !== 'ClientIP') return undefined
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
  hit(seconds === undefined ? 'affinity/default-timeout' : 'affinity/timeout')
  return seconds ?? 10800
}
