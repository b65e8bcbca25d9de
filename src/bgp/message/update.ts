import { ErrorCode, UpdateError } from './codes.ts'
import { decodeAttributes, type UpdateContext } from './decode-attributes.ts'
import { writeAttributes, writeReach, writeUnreach } from './encode-attributes.ts'
import type { Reach, Unreach, Update } from './message.ts'
import { BgpMessageError, errorNotice } from './message-error.ts'
import { OctetReader, OctetWriter } from './octets.ts'
import { readPrefixes, writePrefixes } from './prefixes.ts'

/** The body of an UPDATE, RFC 4271 section 4.3. */
export const encodeUpdate = ({ unreach, reach, attributes }: Update, { isFourOctet }: UpdateContext): Uint8Array => {
  const withdrawn = new OctetWriter()
  for (const { isMultiprotocol, prefixes } of unreach) if (!isMultiprotocol) writePrefixes(withdrawn, prefixes)
  const list = new OctetWriter()
  // RFC 7606 section 5.1: these come first.
  for (const one of reach) if (one.isMultiprotocol) writeReach(list, one)
  for (const one of unreach) if (one.isMultiprotocol) writeUnreach(list, one)
  const plain = reach.find(({ isMultiprotocol }) => !isMultiprotocol)
  if (attributes !== undefined) writeAttributes(list, attributes, plain?.nextHops[0], isFourOctet)
  const writer = new OctetWriter()
  writer.word(withdrawn.octets.length).all(withdrawn.octets)
  writer.word(list.octets.length).all(list.octets)
  if (plain !== undefined) writePrefixes(writer, plain.prefixes)
  return writer.octets
}

/** Throws BgpMessageError where the session must end; what less is wrong is `fault`, and the routes count as withdrawn. */
export const decodeUpdate = (octets: Uint8Array, context: UpdateContext): Update => {
  const notice = errorNotice(ErrorCode.UPDATE, UpdateError.MALFORMED_ATTRIBUTE_LIST)
  const body = new OctetReader(octets, () => new BgpMessageError(notice, 'the lengths of an UPDATE do not fit'))
  const withdrawn = readPrefixes(body.take(body.word()), 'IPv4')
  const list = body.take(body.word())
  const announced = readPrefixes(body.take(body.left), 'IPv4')
  const found = decodeAttributes(list, announced.length > 0, context)
  const unreach: Unreach[] = []
  const reach: Reach[] = []
  if (withdrawn.length > 0) unreach.push({ family: 'IPv4', prefixes: withdrawn, isMultiprotocol: false })
  if (found.unreach !== undefined) unreach.push(found.unreach)
  if (announced.length > 0) {
    const nextHops = found.nextHop === undefined ? [] : [found.nextHop]
    reach.push({ family: 'IPv4', nextHops, prefixes: announced, isMultiprotocol: false })
  }
  if (found.reach !== undefined) reach.push(found.reach)
  if (found.fault === undefined) {
    // Nothing at all is End-of-RIB.
    if (octets.length === 4) unreach.push({ family: 'IPv4', prefixes: [], isMultiprotocol: false })
    return { type: 'update', unreach, reach, attributes: found.attributes }
  }
  for (const { family, prefixes, isMultiprotocol } of reach) unreach.push({ family, prefixes, isMultiprotocol })
  return { type: 'update', unreach, reach: [], attributes: undefined, fault: found.fault }
}
