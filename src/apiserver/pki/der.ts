/** The few forms of ASN.1 DER (X.690) that an X.509 certificate is made of. Each function gives one whole element. */
const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

const element = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(contents)
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff]
  if (body.length > 0xffff) throw new RangeError('a DER element of more than 64 KiB')
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

export const sequence = (...elements: readonly Uint8Array[]): Buffer => element(TAG.sequence, ...elements)
export const set = (...elements: readonly Uint8Array[]): Buffer => element(TAG.set, ...elements)
export const octetString = (bytes: Uint8Array): Buffer => element(TAG.octetString, bytes)
export const utf8String = (text: string): Buffer => element(TAG.utf8String, Buffer.from(text))
export const boolean = (value: boolean): Buffer => element(TAG.boolean, Buffer.from([value ? 0xff : 0]))

/** A non-negative integer, big-endian; a leading 1 bit gets a zero octet before it, or it would read as negative. */
export const integer = (bytes: Uint8Array): Buffer => {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const magnitude = bytes.subarray(start)
  return element(TAG.integer, magnitude[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), magnitude]) : magnitude)
}

export const bitString = (bytes: Uint8Array, unusedBits = 0): Buffer =>
  element(TAG.bitString, Buffer.from([unusedBits]), bytes)

/** '1.2.840.10045.4.3.2' */
export const objectIdentifier = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const octets: number[] = []
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    octets.push(...groups)
  }
  return element(TAG.objectIdentifier, Buffer.from(octets))
}

/** RFC 5280: UTCTime until 2049, GeneralizedTime from 2050 on. */
export const time = (date: Date): Buffer => {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return date.getUTCFullYear() < 2050
    ? element(TAG.utcTime, Buffer.from(`${digits.slice(2)}Z`))
    : element(TAG.generalizedTime, Buffer.from(`${digits}Z`))
}

/** A context-specific tag: constructed around elements, or primitive in place of a string's own tag. */
export const tagged = (number: number, constructed: boolean, ...contents: readonly Uint8Array[]): Buffer =>
  element(0x80 | (constructed ? 0x20 : 0) | number, ...contents)
