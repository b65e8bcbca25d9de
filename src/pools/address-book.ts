import { formatAddress, type IpAddress, type IpFamily, tryParseAddress } from '#net/ip-address.ts'
import { type AddressRange, inRange } from './address-range.ts'
import type { AddressPool } from './model.ts'
import { poolGives } from './pool-choice.ts'

/** What a Service has, and what it takes for another to be there with it. */
export interface Holding {
  readonly ips: readonly string[]
  /** `TCP/80` */
  readonly ports: readonly string[]
  /** See sharingOf(). */
  readonly sharing: string | undefined
  /** Of two that have the same, the one with the lesser keeps it. */
  readonly order: string
}

/**
 * Which addresses are taken, and by whom. Finding a free one costs what has changed since the last, not what is taken:
 * each range remembers below which of its addresses nothing is free.
 */
export class AddressBook {
  readonly #holdings = new Map<string, Holding>()
  readonly #byAddress = new Map<string, Set<string>>()
  readonly #bySharing = new Map<string, Set<string>>()
  /** Of each range: the first number that may be free. */
  readonly #floors = new Map<string, { readonly range: AddressRange; value: bigint }>()

  get(key: string): Holding | undefined {
    return this.#holdings.get(key)
  }

  /** Undefined: the Service has nothing. True: it let go of an address. */
  set(key: string, holding: Holding | undefined): boolean {
    const before = this.#holdings.get(key)
    if (before) for (const ip of before.ips) remove(this.#byAddress, ip, key)
    if (before?.sharing !== undefined) remove(this.#bySharing, before.sharing, key)
    if (holding) {
      this.#holdings.set(key, holding)
      for (const ip of holding.ips) add(this.#byAddress, ip, key)
      if (holding.sharing !== undefined) add(this.#bySharing, holding.sharing, key)
    } else this.#holdings.delete(key)
    const freed = before?.ips.filter((ip) => !this.#byAddress.has(ip)) ?? []
    for (const ip of freed) this.#lower(ip)
    return freed.length > 0
  }

  #lower(ip: string): void {
    const address = tryParseAddress(ip)
    for (const floor of this.#floors.values())
      if (address && inRange(floor.range, address) && address.value < floor.value) floor.value = address.value
  }

  /** Who keeps a Service from an address; undefined: it may have it. */
  obstacle(ip: string, key: string, holding: Holding): string | undefined {
    const has = this.#holdings.get(key)?.ips.includes(ip) ?? false
    for (const other of this.#byAddress.get(ip) ?? []) {
      if (other === key) continue
      const theirs = this.#holdings.get(other)!
      // Of two that have it, the later one gives way.
      if (has && holding.order < theirs.order) continue
      if (!mayShare(holding, theirs)) return other
    }
    return undefined
  }

  /** The least address of the pool that the Service may have: one that it may share before one that is free. */
  find(pool: AddressPool, family: IpFamily, key: string, holding: Holding): string | undefined {
    return this.#shared(pool, family, key, holding) ?? this.#free(pool, family)
  }

  #shared(pool: AddressPool, family: IpFamily, key: string, holding: Holding): string | undefined {
    if (holding.sharing === undefined) return undefined
    for (const other of this.#bySharing.get(holding.sharing) ?? [])
      for (const ip of this.#holdings.get(other)!.ips)
        if (ip.includes(':') === (family === 'IPv6') && other !== key && !this.obstacle(ip, key, holding))
          if (poolGivesText(pool, ip)) return ip
    return undefined
  }

  #free(pool: AddressPool, family: IpFamily): string | undefined {
    for (const range of pool.ranges) {
      if (range.from.family !== family) continue
      const id = `${family} ${range.from.value} ${range.to.value}`
      const floor = this.#floors.get(id) ?? { range, value: range.from.value }
      this.#floors.set(id, floor)
      for (; floor.value <= range.to.value; floor.value++) {
        const address: IpAddress = { family, value: floor.value }
        const ip = formatAddress(address)
        if (!this.#byAddress.has(ip) && poolGives(pool, address)) return ip
      }
    }
    return undefined
  }
}

const poolGivesText = (pool: AddressPool, ip: string): boolean => {
  const address = tryParseAddress(ip)
  return address !== undefined && poolGives(pool, address)
}

const mayShare = (one: Holding, other: Holding): boolean =>
  one.sharing !== undefined && one.sharing === other.sharing && !one.ports.some((port) => other.ports.includes(port))

const add = (map: Map<string, Set<string>>, name: string, key: string): void => {
  const all = map.get(name) ?? new Set()
  map.set(name, all.add(key))
}

const remove = (map: Map<string, Set<string>>, name: string, key: string): void => {
  const all = map.get(name)
  all?.delete(key)
  if (all?.size === 0) map.delete(name)
}
