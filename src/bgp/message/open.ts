import { decodeCapabilities, encodeCapabilities } from './capabilities.ts'
import { AS_TRANS, ErrorCode, OpenError, TWO_OCTETS } from './codes.ts'
import type { Open } from './message.ts'
import { BgpMessageError, errorNotice } from './message-error.ts'
import { OctetReader, OctetWriter } from './octets.ts'

const VERSION = 4
const CAPABILITIES = 2
/** As length and as first type: parameters with lengths of two octets follow, RFC 9072. */
const EXTENDED = 255

/** The body of an OPEN, RFC 4271 section 4.2. */
export const encodeOpen = ({ asn, holdSeconds, identifier, capabilities }: Open): Uint8Array => {
  const value = encodeCapabilities(capabilities)
  const writer = new OctetWriter()
    .octet(VERSION)
    .word(asn > TWO_OCTETS ? AS_TRANS : asn)
    .word(holdSeconds)
    .long(identifier)
  if (value.length === 0) return writer.octet(0).octets
  return writer
    .octet(value.length + 2)
    .octet(CAPABILITIES)
    .octet(value.length)
    .all(value).octets
}

const refuse = (subcode: number, message: string, data?: Uint8Array): BgpMessageError =>
  new BgpMessageError(errorNotice(ErrorCode.OPEN, subcode, data), message)

/** Values of the parameters that hold capabilities. */
const readParameters = (body: OctetReader): readonly Uint8Array[] => {
  const malformed = (): BgpMessageError => refuse(OpenError.UNSPECIFIC, 'the optional parameters are malformed')
  const length = body.octet()
  let octets = body.take(body.left)
  let isExtended = false
  if (octets.length > 0 && octets[0] === EXTENDED && length !== 0) {
    isExtended = true
    const reader = new OctetReader(octets.subarray(1), malformed)
    const all = reader.word()
    octets = reader.take(all)
    if (reader.left > 0) throw malformed()
  } else if (octets.length !== length) throw malformed()
  const found: Uint8Array[] = []
  const reader = new OctetReader(octets, malformed)
  while (reader.left > 0) {
    const type = reader.octet()
    const value = reader.take(isExtended ? reader.word() : reader.octet())
    if (type !== CAPABILITIES) throw refuse(OpenError.UNSUPPORTED_PARAMETER, `optional parameter ${type} is unknown`)
    found.push(value)
  }
  return found
}

/** Of the body of an OPEN what RFC 4271 section 6.2 can check without knowing the peer. Throws BgpMessageError. */
export const decodeOpen = (octets: Uint8Array): Open => {
  const body = new OctetReader(octets, () => refuse(OpenError.UNSPECIFIC, 'an OPEN is cut off'))
  const version = body.octet()
  if (version !== VERSION)
    throw refuse(OpenError.UNSUPPORTED_VERSION, `it speaks BGP-${version}`, Uint8Array.of(0, VERSION))
  const shortAsn = body.word()
  const holdSeconds = body.word()
  const identifier = body.long()
  if (holdSeconds === 1 || holdSeconds === 2)
    throw refuse(OpenError.UNACCEPTABLE_HOLD_TIME, `its hold time is ${holdSeconds} s`)
  // RFC 6286: any but zero.
  if (identifier === 0) throw refuse(OpenError.BAD_IDENTIFIER, 'its BGP identifier is 0.0.0.0')
  const capabilities = decodeCapabilities(readParameters(body))
  const asn = capabilities.fourOctetAs ?? shortAsn
  if (asn === 0) throw refuse(OpenError.BAD_PEER_AS, 'its AS number is 0')
  return { type: 'open', asn, holdSeconds, identifier, capabilities }
}
