import { TABLE, TABLE_FAMILIES, type TableFamily, WORD } from '#dataplane/nftables/rule.ts'
import { viewOf } from '#kernel/netlink/netlink-message.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { formatBytes } from '#net/ip-address.ts'

/** A client that stays with its endpoint. */
export interface Pin {
  readonly family: TableFamily
  /** Of the service port. */
  readonly id: number
  /** The address, or for IPv6 a hash of it. */
  readonly client: string | number
  /** The endpoint's number within the service port. */
  readonly endpoint: number
  /** Milliseconds: of each renewal, and that are left. */
  readonly timeout: number
  readonly expiresIn: number
}

/** The set's own timeout, which elements of it do not tell: core/v1 DefaultClientIPServiceAffinitySeconds. */
const DEFAULT_TIMEOUT_MS = 10_800_000
/** The transaction that replaces tables carries them, 70 bytes each, besides all Services. */
const MOST = 50_000

const hex = (word: number): string => `0x${word.toString(16)}`

/** The pins that both tables hold. Throws as Nftables.dump(). */
export function readPins(nftables: Nftables): readonly Pin[] {
  const pins: Pin[] = []
  for (const family of TABLE_FAMILIES)
    nftables.dump(family, TABLE, 'affinity', ({ key, data, timeout = DEFAULT_TIMEOUT_MS, expiresIn = 0 }) => {
      if (data === undefined || expiresIn === 0) return
      const word = viewOf(key).getUint32(0, LITTLE_ENDIAN)
      pins.push({
        family,
        id: (word & WORD.SERVICE_PORT) >>> WORD.ID_SHIFT,
        client: family === 'ip' ? formatBytes(key.subarray(4, 8)) : viewOf(key).getUint32(4, LITTLE_ENDIAN),
        endpoint: viewOf(data).getUint32(0, LITTLE_ENDIAN) & WORD.ENDPOINT,
        timeout,
        expiresIn: Math.min(expiresIn, timeout),
      })
    })
  return pins
}

/** Commands that add them, those that have longest to live where they are too many for one transaction. */
export function renderPins(pins: readonly Pin[]): string {
  const kept =
    pins.length <= MOST ? pins : [...pins].sort((left, right) => right.expiresIn - left.expiresIn).slice(0, MOST)
  return TABLE_FAMILIES.map((family) => {
    const elements = kept
      .filter((pin) => pin.family === family)
      .map(({ id, client, endpoint, timeout, expiresIn }) => {
        const word = id << WORD.ID_SHIFT
        return `${hex(word)} . ${client} timeout ${timeout}ms expires ${expiresIn}ms : ${hex(word + endpoint)}`
      })
    return elements.length === 0 ? '' : `add element ${family} ${TABLE} affinity { ${elements.join(', ')} }\n`
  }).join('')
}
