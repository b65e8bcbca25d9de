import { AS_TRANS, TWO_OCTETS } from './codes.ts'
import type { AsSegment } from './message.ts'
import { OctetReader, OctetWriter } from './octets.ts'

/** By their numbers, RFC 4271 section 4.3 and RFC 5065 section 3. */
const TYPES = [undefined, 'set', 'sequence', 'confederationSequence', 'confederationSet'] as const
/** A segment counts its AS numbers in one octet. */
const MOST_ASNS = 255

/** The value of AS_PATH, whose AS numbers have four octets or two (RFC 6793), or of AS4_PATH. */
export const encodeAsPath = (segments: readonly AsSegment[], isFourOctet: boolean): Uint8Array => {
  const writer = new OctetWriter()
  for (const { type, asns } of segments)
    for (let at = 0; at < asns.length; at += MOST_ASNS) {
      const part = asns.slice(at, at + MOST_ASNS)
      writer.octet(TYPES.indexOf(type)).octet(part.length)
      for (const asn of part)
        if (isFourOctet) writer.long(asn)
        else writer.word(asn > TWO_OCTETS ? AS_TRANS : asn)
    }
  return writer.octets
}

/** Undefined where the octets are no path: RFC 7606 section 7.2. */
export const decodeAsPath = (octets: Uint8Array, isFourOctet: boolean): readonly AsSegment[] | undefined => {
  const reader = new OctetReader(octets, () => new RangeError('a path is cut off'))
  const size = isFourOctet ? 4 : 2
  const segments: AsSegment[] = []
  while (reader.left >= 2) {
    const type = TYPES[reader.octet()]
    const count = reader.octet()
    if (type === undefined || count === 0 || count * size > reader.left) return undefined
    segments.push({ type, asns: Array.from({ length: count }, () => (isFourOctet ? reader.long() : reader.word())) })
  }
  return reader.left > 0 ? undefined : segments
}

const isConfederation = ({ type }: AsSegment): boolean => type.startsWith('confederation')

/** What goes into AS4_PATH for a peer that knows two octets alone; undefined where AS_PATH says all (RFC 6793 section 4.2.2). */
export const newPathOf = (segments: readonly AsSegment[]): readonly AsSegment[] | undefined =>
  segments.some(({ asns }) => asns.some((asn) => asn > TWO_OCTETS))
    ? segments.filter((segment) => !isConfederation(segment))
    : undefined

/** How many hops a path has: a set is one, a confederation none. */
const hopsOf = (segments: readonly AsSegment[]): number =>
  segments.reduce(
    (sum, segment) => sum + (isConfederation(segment) ? 0 : segment.type === 'set' ? 1 : segment.asns.length),
    0,
  )

/** The path that AS_PATH and AS4_PATH of such a peer mean together, RFC 6793 section 4.2.3. */
export const mergePaths = (
  old: readonly AsSegment[],
  newer: readonly AsSegment[] | undefined,
): readonly AsSegment[] => {
  if (newer === undefined) return old
  let ahead = hopsOf(old) - hopsOf(newer)
  if (ahead < 0) return old
  const leading: AsSegment[] = []
  for (const segment of old) {
    if (ahead <= 0 && !isConfederation(segment)) break
    if (segment.type !== 'sequence') leading.push(segment)
    else leading.push({ type: 'sequence', asns: segment.asns.slice(0, ahead) })
    ahead -= hopsOf([segment])
  }
  return [...leading, ...newer]
}
