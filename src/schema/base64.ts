const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const VALUES = new Int16Array(128).fill(-1)
for (let index = 0; index < 64; index++) VALUES[ALPHABET.charCodeAt(index)] = index

/** Standard base64 with padding, RFC 4648 section 4. */
export const toBase64 = (bytes: Uint8Array): string => {
  let text = ''
  let at = 0
  for (; at + 2 < bytes.length; at += 3) {
    const bits = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
    text += ALPHABET[bits >> 18]! + ALPHABET[(bits >> 12) & 63]! + ALPHABET[(bits >> 6) & 63]! + ALPHABET[bits & 63]!
  }
  const rest = bytes.length - at
  if (rest === 0) return text
  const bits = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8)
  return `${text}${ALPHABET[bits >> 18]}${ALPHABET[(bits >> 12) & 63]}${rest === 2 ? ALPHABET[(bits >> 6) & 63] : '='}=`
}

/** Bytes of standard base64; undefined where the text is none. Line ends are skipped, as Go does. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  const clean = /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, '') : text
  if (clean.length % 4 !== 0) return undefined
  const padding = clean.endsWith('==') ? 2 : clean.endsWith('=') ? 1 : 0
  const digits = clean.length - padding
  const bytes = new Uint8Array((clean.length / 4) * 3 - padding)
  let bits = 0
  let held = 0
  let at = 0
  for (let index = 0; index < digits; index++) {
    const value = VALUES[clean.charCodeAt(index)] ?? -1
    if (value < 0) return undefined
    bits = ((bits << 6) | value) & 0xfffff
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[at++] = (bits >> held) & 255
    }
  }
  return bytes
}
