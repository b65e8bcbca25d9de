import type { Cidr } from '#net/cidr.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { UpdateContext } from '../message/decode-attributes.ts'
import { HEADER_SIZE, MOST_SIZE } from '../message/frame.ts'
import type { PathAttributes, Update } from '../message/message.ts'
import { prefixSize } from '../message/prefixes.ts'
import { encodeUpdate } from '../message/update.ts'

/** An attribute of more than 255 octets has a second octet for its length. */
const EXTENDED_LENGTH = 1

const updateOf = (unreach: Update['unreach'], reach: Update['reach'], attributes?: PathAttributes): Update => ({
  type: 'update',
  unreach,
  reach,
  attributes,
})

/** IPv4 goes in the message's own fields, as every router reads it. */
const isMultiprotocol = (family: IpFamily): boolean => family !== 'IPv4'

/** Runs of the items of which each fits into what a message has left beside `empty`. */
function* fit<T>(items: readonly T[], empty: Update, prefixOf: (item: T) => Cidr): Generator<readonly T[]> {
  // Whether the peer knows long AS numbers or not: what is sent takes no more than this.
  const longest: UpdateContext = { isFourOctet: false, isInternal: false }
  const other: UpdateContext = { isFourOctet: true, isInternal: false }
  const overhead = Math.max(encodeUpdate(empty, longest).length, encodeUpdate(empty, other).length)
  const room = MOST_SIZE - HEADER_SIZE - overhead - EXTENDED_LENGTH
  let run: T[] = []
  let size = 0
  for (const item of items) {
    const next = prefixSize(prefixOf(item))
    if (run.length > 0 && size + next > room) {
      yield run
      run = []
      size = 0
    }
    run.push(item)
    size += next
  }
  if (run.length > 0) yield run
}

interface Packed<T> {
  readonly update: Update
  /** Those that it tells of. */
  readonly items: readonly T[]
}

/** As few UPDATEs as withdraw all of a family. */
export function* packWithdrawals<T>(
  family: IpFamily,
  items: readonly T[],
  prefixOf: (item: T) => Cidr,
): Generator<Packed<T>> {
  const make = (prefixes: readonly Cidr[]): Update =>
    updateOf([{ family, prefixes, isMultiprotocol: isMultiprotocol(family) }], [])
  for (const run of fit(items, make([]), prefixOf)) yield { update: make(run.map(prefixOf)), items: run }
}

/** As few UPDATEs as announce all of a family that have the same attributes. */
export function* packRoutes<T>(
  family: IpFamily,
  items: readonly T[],
  prefixOf: (item: T) => Cidr,
  said: { readonly nextHops: readonly Uint8Array[]; readonly attributes: PathAttributes },
): Generator<Packed<T>> {
  const { nextHops, attributes } = said
  const make = (prefixes: readonly Cidr[]): Update =>
    updateOf([], [{ family, nextHops, prefixes, isMultiprotocol: isMultiprotocol(family) }], attributes)
  for (const run of fit(items, make([]), prefixOf)) yield { update: make(run.map(prefixOf)), items: run }
}

/** RFC 4724 section 2. */
export const endOfRib = (family: IpFamily): Update =>
  updateOf([{ family, prefixes: [], isMultiprotocol: isMultiprotocol(family) }], [])
