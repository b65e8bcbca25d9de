import { encodeAsPath, newPathOf } from './as-path.ts'
import { AttributeType, afiOf, SAFI_UNICAST } from './codes.ts'
import type { Origin, PathAttributes, Reach, Unreach } from './message.ts'
import { OctetWriter } from './octets.ts'
import { writePrefixes } from './prefixes.ts'

export const ORIGINS: readonly Origin[] = ['igp', 'egp', 'incomplete']

/** Bits of an attribute's flags, RFC 4271 section 4.3. */
export const AttributeFlag = { OPTIONAL: 0x80, TRANSITIVE: 0x40, EXTENDED: 0x10 } as const
const WELL_KNOWN = AttributeFlag.TRANSITIVE
const OPTIONAL = AttributeFlag.OPTIONAL
const OPTIONAL_TRANSITIVE = AttributeFlag.OPTIONAL | AttributeFlag.TRANSITIVE

const write = (writer: OctetWriter, flags: number, type: number, value: Uint8Array): void => {
  if (value.length > 0xff)
    writer
      .octet(flags | AttributeFlag.EXTENDED)
      .octet(type)
      .word(value.length)
  else writer.octet(flags).octet(type).octet(value.length)
  writer.all(value)
}

const longs = (numbers: readonly number[]): Uint8Array => {
  const writer = new OctetWriter()
  for (const number of numbers) writer.long(number)
  return writer.octets
}

/** MP_REACH_NLRI, RFC 4760 section 3. */
export const writeReach = (writer: OctetWriter, { family, nextHops, prefixes }: Reach): void => {
  const value = new OctetWriter().word(afiOf(family)).octet(SAFI_UNICAST)
  value.octet(nextHops.reduce((sum, { length }) => sum + length, 0))
  for (const nextHop of nextHops) value.all(nextHop)
  value.octet(0)
  writePrefixes(value, prefixes)
  write(writer, OPTIONAL, AttributeType.MP_REACH_NLRI, value.octets)
}

/** MP_UNREACH_NLRI, RFC 4760 section 4. */
export const writeUnreach = (writer: OctetWriter, { family, prefixes }: Unreach): void => {
  const value = new OctetWriter().word(afiOf(family)).octet(SAFI_UNICAST)
  writePrefixes(value, prefixes)
  write(writer, OPTIONAL, AttributeType.MP_UNREACH_NLRI, value.octets)
}

/** By their types in order; `nextHop` is that of routes in the message's own fields. */
export const writeAttributes = (
  writer: OctetWriter,
  attributes: PathAttributes,
  nextHop: Uint8Array | undefined,
  isFourOctet: boolean,
): void => {
  const { origin, asPath, med, localPreference, communities, largeCommunities } = attributes
  write(writer, WELL_KNOWN, AttributeType.ORIGIN, Uint8Array.of(ORIGINS.indexOf(origin)))
  write(writer, WELL_KNOWN, AttributeType.AS_PATH, encodeAsPath(asPath, isFourOctet))
  if (nextHop !== undefined) write(writer, WELL_KNOWN, AttributeType.NEXT_HOP, nextHop)
  if (med !== undefined) write(writer, OPTIONAL, AttributeType.MULTI_EXIT_DISC, longs([med]))
  if (localPreference !== undefined) write(writer, WELL_KNOWN, AttributeType.LOCAL_PREF, longs([localPreference]))
  if (communities.length > 0) write(writer, OPTIONAL_TRANSITIVE, AttributeType.COMMUNITIES, longs(communities))
  const newPath = isFourOctet ? undefined : newPathOf(asPath)
  if (newPath !== undefined) write(writer, OPTIONAL_TRANSITIVE, AttributeType.AS4_PATH, encodeAsPath(newPath, true))
  if (largeCommunities.length > 0)
    write(writer, OPTIONAL_TRANSITIVE, AttributeType.LARGE_COMMUNITIES, longs(largeCommunities.flat()))
}
