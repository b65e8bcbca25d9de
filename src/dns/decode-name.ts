/** A message that cannot be read. */
export class DnsFormatError extends Error {
  readonly code = 'DNS_FORMAT'
}

/** One label as text: dots, backslashes and what is not printable ASCII come out as `\DDD` (RFC 4343 section 2.1). */
const label = (bytes: Uint8Array): string => {
  const text = String.fromCharCode(...bytes)
  return /[^!-[\]-~]|\./.test(text) ? text.replace(/[^!-[\]-~]|\./g, escaped) : text
}
const escaped = (char: string): string => `\\${String(char.charCodeAt(0)).padStart(3, '0')}`

/** Reads a name at `offset`; compression pointers may only point backwards, so that a hostile message cannot loop. */
export const decodeName = (message: Uint8Array, offset: number): { name: string; end: number } => {
  const labels: string[] = []
  let at = offset
  let end = -1
  let octets = 0
  for (;;) {
    const length = message[at]
    if (length === undefined) throw new DnsFormatError('a name runs past the end of the message')
    if (length === 0) return { name: labels.join('.'), end: end < 0 ? at + 1 : end }
    if (length >= 192) {
      const low = message[at + 1]
      if (low === undefined) throw new DnsFormatError('a compression pointer is cut off')
      const target = ((length & 63) << 8) | low
      if (target >= at) throw new DnsFormatError('a compression pointer points forward')
      if (end < 0) end = at + 2
      at = target
      continue
    }
    if (length > 63) throw new DnsFormatError('a label is longer than 63 octets')
    octets += length + 1
    if (octets > 254) throw new DnsFormatError('a name is longer than 255 octets')
    if (at + 1 + length > message.length) throw new DnsFormatError('a label runs past the end of the message')
    labels.push(label(message.subarray(at + 1, at + 1 + length)))
    at += length + 1
  }
}
