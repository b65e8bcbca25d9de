import type { Service } from '#api/core/service/message.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import { canonicalAddress, type IpFamily, tryParseAddress } from '#net/ip-address.ts'
import { keyOf } from '#objects/object-key.ts'
import { DATA_PLANE_NAME, FIRST_BIND, LAST_BIND } from '#routes/data-plane.ts'
import type { KernelPort } from '#routes/routes.ts'
import { isBind, siteKey, siteKeyOf } from '#routes/site-service.ts'
import { textHash } from '../../values/text-hash.ts'

/** What has addresses of its own, and so a Service: a Gateway, or all Ingresses together. */
export interface WantedSite {
  /** Undefined: the Ingresses. */
  readonly gateway: Gateway | undefined
  readonly ports: readonly WantedPort[]
}

export interface WantedPort {
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  /** `kernel`: its packets go to the endpoints of routes, and no proxy sees them. */
  readonly by: 'proxy' | 'kernel'
}

/** What a site's Service calls a port, and slices after it. */
export const portName = (protocol: 'TCP' | 'UDP', port: number): string => `${protocol.toLowerCase()}-${port}`

/** Of one of ours: `shop/public`, or '' for the Ingresses. */
export const keyOfSite = ({ gateway }: Pick<WantedSite, 'gateway'>): string => (gateway ? keyOf(gateway) : '')

const MOST_LETTERS = 63

/**
 * Names that a site's Service may have, the best one first. `gateway-a-b-c` may be meant by two Gateways, and a long one
 * is cut: then a hash tells them apart.
 */
export const serviceNames = (site: Pick<WantedSite, 'gateway'>): readonly string[] => {
  const key = keyOfSite(site)
  const plain = site.gateway ? `gateway-${key.replace('/', '-')}` : DATA_PLANE_NAME
  const hash = textHash(key)
  return [
    ...(plain.length <= MOST_LETTERS ? [plain] : []),
    ...(site.gateway ? [`${plain.slice(0, MOST_LETTERS - hash.length - 1).replace(/[-.]+$/, '')}-${hash}`] : []),
  ].map((name) => name.replaceAll('.', '-'))
}

/** The first of them that is free, or its own. Undefined where somebody else has them all. */
export const serviceName = (
  site: Pick<WantedSite, 'gateway'>,
  holder: (name: string) => Service | undefined,
): string | undefined =>
  serviceNames(site).find((name) => {
    const held = holder(name)
    return held === undefined || siteKeyOf(held) === keyOfSite(site)
  })

/**
 * Whether a site needs the pods: for what a proxy serves, and for what is to be refused of a port that endpoints answer at
 * too. One that nothing is right of for now keeps what it had.
 */
export const needsPods = (
  site: WantedSite,
  service: Service | undefined,
  kernelPorts: readonly KernelPort[],
): boolean => {
  if (site.ports.length === 0) return (service?.spec?.ports ?? []).some(({ targetPort }) => isBind(targetPort))
  return (
    site.ports.some(({ by }) => by === 'proxy') ||
    kernelPorts.some(
      ({ site: origin, refusedWeight, to }) =>
        siteKey(origin) === keyOfSite(site) && refusedWeight > 0 && to.length > 0,
    )
  )
}

/** The addresses that a site asks for by number, canonical, each once. */
export const askedAddresses = ({ gateway }: Pick<WantedSite, 'gateway'>): readonly string[] => [
  ...new Set(
    (gateway?.spec?.addresses ?? []).flatMap(({ type = 'IPAddress', value }) =>
      type === 'IPAddress' && value && tryParseAddress(value) ? [canonicalAddress(value)] : [],
    ),
  ),
]

/** The families of addresses, in the order in which they come. */
export const familiesOf = (addresses: readonly string[]): readonly IpFamily[] => [
  ...new Set(addresses.flatMap((address) => tryParseAddress(address)?.family ?? [])),
]

/**
 * Gives out the ports of the pods: no two listeners have one, and one that was let go is the last to be given again, since
 * a proxy may still answer there for who had it.
 */
export class Binds {
  readonly #used: Set<number>
  #last: number

  /** `used`: those that Services have. */
  constructor(used: Iterable<number>, last = FIRST_BIND - 1) {
    this.#used = new Set(used)
    this.#last = Math.max(last, ...this.#used)
  }

  /** The number given last. */
  get last(): number {
    return this.#last
  }

  /** Undefined where none is left. */
  take(): number | undefined {
    for (let tried = FIRST_BIND; tried <= LAST_BIND; tried++) {
      this.#last = this.#last >= LAST_BIND ? FIRST_BIND : this.#last + 1
      if (this.#used.has(this.#last)) continue
      this.#used.add(this.#last)
      return this.#last
    }
    return undefined
  }
}
