/** One value in DER (ITU-T X.690). */
export interface Der {
  /** The first octet: class, whether it holds others, and number. */
  readonly tag: number
  readonly content: Buffer
  /** With its tag and length: what a signature is made of. */
  readonly whole: Buffer
}

export const SEQUENCE = 0x30
export const SET = 0x31
const OBJECT_ID = 0x06
export const BIT_STRING = 0x03

/** What is not in DER; the message says so in the words of the reader that Kubernetes has. */
export class DerError extends Error {
  readonly code = 'DER_MALFORMED'
}

const truncated = (): DerError => new DerError('asn1: syntax error: data truncated')

/** The value that begins at an offset, and nothing after it. Throws DerError. */
const valueAt = (bytes: Buffer, at: number): Der => {
  if (at + 2 > bytes.length) throw truncated()
  let length = bytes[at + 1]!
  let start = at + 2
  if (length & 0x80) {
    const octets = length & 0x7f
    if (octets === 0 || octets > 4) throw new DerError('asn1: structure error: length too large')
    if (start + octets > bytes.length) throw truncated()
    length = bytes.readUIntBE(start, octets)
    start += octets
  }
  if (start + length > bytes.length) throw truncated()
  return { tag: bytes[at]!, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) }
}

/** Octets that are one value. Throws DerError. */
export const readDer = (bytes: Buffer): Der => {
  const value = valueAt(bytes, 0)
  if (value.whole.length < bytes.length) throw new DerError('asn1: syntax error: trailing data')
  return value
}

/** The values within one. Throws DerError where it is not of this tag. */
export const within = (value: Der | undefined, tag: number): readonly Der[] => {
  if (value?.tag !== tag) throw new DerError("asn1: structure error: tags don't match")
  const values: Der[] = []
  for (let at = 0; at < value.content.length; at += values.at(-1)!.whole.length) values.push(valueAt(value.content, at))
  return values
}

/** An object identifier in numbers: `2.5.4.3`. */
export const identifier = ({ tag, content }: Der): string => {
  if (tag !== OBJECT_ID || content.length === 0) throw new DerError("asn1: structure error: tags don't match")
  const numbers: number[] = []
  let value = 0
  for (const octet of content) {
    value = value * 128 + (octet & 0x7f)
    if (octet & 0x80) continue
    if (numbers.length === 0)
      numbers.push(Math.min(Math.floor(value / 40), 2), value - 40 * Math.min(Math.floor(value / 40), 2))
    else numbers.push(value)
    value = 0
  }
  return numbers.join('.')
}

const BMP_STRING = 0x1e

/** A text in any of the forms that names have. */
export const textOf = ({ tag, content }: Der): string =>
  tag === BMP_STRING ? Buffer.from(content).swap16().toString('utf16le') : content.toString()
