import { Cease, ErrorCode } from './codes.ts'
import { type ErrorNotice, errorNotice } from './message-error.ts'
import { OctetReader, OctetWriter } from './octets.ts'

// Every runtime of JavaScript has these two; the compiler knows this room without them.
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (
  encoding: string,
  options: { readonly fatal: true },
) => {
  decode(octets: Uint8Array): string
}

/** RFC 9003 section 2: octets of a shutdown communication. */
const MOST_OCTETS = 255

/** The body of a NOTIFICATION, RFC 4271 section 4.5. */
export const encodeNotice = ({ code, subcode, data }: ErrorNotice): Uint8Array =>
  new OctetWriter().octet(code).octet(subcode).all(data).octets

/** Anything of two octets or more is one: a NOTIFICATION is never answered. */
export const decodeNotice = (octets: Uint8Array): ErrorNotice => {
  const [code = 0, subcode = 0] = octets
  return errorNotice(code, subcode, octets.slice(2))
}

/** Cease with a word to whoever runs the peer, of which as many whole letters are said as fit (RFC 9003). */
export const shutdownNotice = (
  subcode: typeof Cease.ADMINISTRATIVE_SHUTDOWN | typeof Cease.ADMINISTRATIVE_RESET,
  words: string,
): ErrorNotice => {
  const letters = [...words]
  const encoder = new TextEncoder()
  let octets = encoder.encode(words)
  while (octets.length > MOST_OCTETS) {
    letters.pop()
    octets = encoder.encode(letters.join(''))
  }
  return errorNotice(ErrorCode.CEASE, subcode, Uint8Array.of(octets.length, ...octets))
}

/** What the peer's operator says, undefined where nothing or what is no text. */
const communicationOf = ({ code, subcode, data }: ErrorNotice): string | undefined => {
  if (code !== ErrorCode.CEASE) return undefined
  if (subcode !== Cease.ADMINISTRATIVE_SHUTDOWN && subcode !== Cease.ADMINISTRATIVE_RESET) return undefined
  try {
    const reader = new OctetReader(data, () => new RangeError('a shutdown communication is cut off'))
    const words = new TextDecoder('utf-8', { fatal: true }).decode(reader.take(reader.octet()))
    // It goes into logs: RFC 9003 section 5.
    return words === '' ? undefined : words.replace(/\p{Cc}/gu, ' ')
  } catch {
    return undefined
  }
}

const CODES: Readonly<Record<number, string>> = {
  1: 'Message Header Error',
  2: 'OPEN Message Error',
  3: 'UPDATE Message Error',
  4: 'Hold Timer Expired',
  5: 'Finite State Machine Error',
  6: 'Cease',
  7: 'ROUTE-REFRESH Message Error',
  8: 'Send Hold Timer Expired',
}

const SUBCODES: Readonly<Record<number, readonly string[]>> = {
  1: ['', 'Connection Not Synchronized', 'Bad Message Length', 'Bad Message Type'],
  2: [
    '',
    'Unsupported Version Number',
    'Bad Peer AS',
    'Bad BGP Identifier',
    'Unsupported Optional Parameter',
    '',
    'Unacceptable Hold Time',
    'Unsupported Capability',
  ],
  3: [
    '',
    'Malformed Attribute List',
    'Unrecognized Well-known Attribute',
    'Missing Well-known Attribute',
    'Attribute Flags Error',
    'Attribute Length Error',
    'Invalid ORIGIN Attribute',
    '',
    'Invalid NEXT_HOP Attribute',
    'Optional Attribute Error',
    'Invalid Network Field',
    'Malformed AS_PATH',
  ],
  5: ['', 'Receive Unexpected Message in OpenSent', 'in OpenConfirm', 'in Established'],
  6: [
    '',
    'Maximum Number of Prefixes Reached',
    'Administrative Shutdown',
    'Peer De-configured',
    'Administrative Reset',
    'Connection Rejected',
    'Other Configuration Change',
    'Connection Collision Resolution',
    'Out of Resources',
    'Hard Reset',
    'BFD Down',
  ],
}

/** `Cease/Administrative Shutdown (6/2): maintenance until noon`. */
export const noticeText = (notice: ErrorNotice): string => {
  const { code, subcode } = notice
  const names = [CODES[code], SUBCODES[code]?.[subcode]].filter((name) => name)
  const words = communicationOf(notice)
  return `${names.join('/') || 'Unknown Error'} (${code}/${subcode})${words === undefined ? '' : `: ${words}`}`
}
