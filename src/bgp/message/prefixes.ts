import type { Cidr } from '#net/cidr.ts'
import { familyBits, fromBytes, type IpFamily, toBytes } from '#net/ip-address.ts'
import { ErrorCode, UpdateError } from './codes.ts'
import { BgpMessageError, errorNotice } from './message-error.ts'
import { OctetReader, type OctetWriter } from './octets.ts'

const octetsOf = (bits: number): number => Math.ceil(bits / 8)

/** Octets of a prefix in a message: its length in bits, and as many octets as these need (RFC 4271 section 4.3). */
export const prefixSize = ({ prefix }: Cidr): number => 1 + octetsOf(prefix)

export const writePrefixes = (writer: OctetWriter, prefixes: readonly Cidr[]): void => {
  for (const { address, prefix } of prefixes) writer.octet(prefix).all(toBytes(address).subarray(0, octetsOf(prefix)))
}

const invalid = (message: string): BgpMessageError =>
  new BgpMessageError(errorNotice(ErrorCode.UPDATE, UpdateError.INVALID_NETWORK), message)

/** Bits behind a prefix mean nothing and are taken as zero. Throws BgpMessageError where routes cannot be told apart. */
export const readPrefixes = (octets: Uint8Array, family: IpFamily): readonly Cidr[] => {
  const reader = new OctetReader(octets, () => invalid('a prefix is cut off'))
  const width = familyBits(family)
  const prefixes: Cidr[] = []
  while (reader.left > 0) {
    const prefix = reader.octet()
    if (prefix > width) throw invalid(`a prefix of ${family} has ${prefix} bits`)
    const address = new Uint8Array(width / 8)
    address.set(reader.take(octetsOf(prefix)))
    const rest = prefix % 8
    if (rest > 0) address[octetsOf(prefix) - 1]! &= 0xff << (8 - rest)
    prefixes.push({ address: fromBytes(address), prefix })
  }
  return prefixes
}
