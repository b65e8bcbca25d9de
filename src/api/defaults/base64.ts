import { utf8Bytes } from '#schema/utf8.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The base64 (RFC 4648) of a text's UTF-8 bytes. */
export const base64 = (text: string): string => {
  const bytes = utf8Bytes(text)
  let result = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [a, b, c] = [bytes[at]!, bytes[at + 1], bytes[at + 2]]
    result += ALPHABET[a >> 2]! + ALPHABET[((a & 3) << 4) | ((b ?? 0) >> 4)]!
    result += b === undefined ? '=' : ALPHABET[((b & 15) << 2) | ((c ?? 0) >> 6)]!
    result += c === undefined ? '=' : ALPHABET[c & 63]!
  }
  return result
}
