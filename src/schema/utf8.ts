// WHATWG's encoders are in every runtime, but not in ECMAScript's library, which is all that pure rooms are compiled
// against.
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array
  encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number }
}
declare const TextDecoder: new (
  label: string,
  options: { readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

const encoder = new TextEncoder()
// A byte order mark is part of the text: the bytes must come back as they were.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The bytes of a text; a lone surrogate becomes U+FFFD. */
export const utf8Bytes = (text: string): Uint8Array => encoder.encode(text)

/** Short names are most of what an object holds; a call into the decoder costs more than these. */
const SHORT = 24

/** Text of bytes `start` to `end`; what is no UTF-8 becomes U+FFFD. */
export const readUtf8 = (bytes: Uint8Array, start: number, end: number): string => {
  if (end - start > SHORT) return decoder.decode(bytes.subarray(start, end))
  let text = ''
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (byte > 127) return decoder.decode(bytes.subarray(start, end))
    text += String.fromCharCode(byte)
  }
  return text
}

/**
 * Writes the text so that it ends at `end`; gives where it begins. At least `3 * text.length` bytes must be free before
 * `end`.
 */
export const writeUtf8Before = (bytes: Uint8Array, end: number, text: string): number => {
  const length = text.length
  if (length <= SHORT * 2) {
    let at = end - length
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code > 127) return encodeBefore(bytes, end, text)
      bytes[at++] = code
    }
    return end - length
  }
  return encodeBefore(bytes, end, text)
}

const encodeBefore = (bytes: Uint8Array, end: number, text: string): number => {
  const start = end - text.length * 3
  const { written } = encoder.encodeInto(text, bytes.subarray(start, end))
  if (start + written === end) return start
  bytes.copyWithin(end - written, start, start + written)
  return end - written
}
