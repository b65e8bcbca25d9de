/** SHA-256 of a text as UTF-16, the higher octet of each unit first: 64 hexadecimal digits. */
export function sha256(text: string): string {
  const octets = 2 * text.length
  // The text, a bit, zeros, and at the end how many bits the text has.
  const blocks = new DataView(new ArrayBuffer(((octets + 8) >> 6) * 64 + 64))
  for (let at = 0; at < text.length; at++) blocks.setUint16(2 * at, text.charCodeAt(at))
  blocks.setUint8(octets, 0x80)
  blocks.setUint32(blocks.byteLength - 8, octets / 0x20000000)
  blocks.setUint32(blocks.byteLength - 4, octets << 3)
  const state = Int32Array.from(START)
  for (let at = 0; at < blocks.byteLength; at += 64) addBlock(state, blocks, at)
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')
}

const PRIMES = Array.from({ length: 312 }, (_, number) => number).filter((number) => {
  for (let by = 2; by * by <= number; by++) if (number % by === 0) return false
  return number > 1
})
/** The first 32 bits behind the point. */
const fraction = (number: number) => Math.floor((number % 1) * 0x100000000) | 0
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)))
const ROUNDS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)))
const schedule = new Int32Array(64)

function addBlock(state: Int32Array, blocks: DataView, start: number): void {
  const w = schedule
  for (let at = 0; at < 16; at++) w[at] = blocks.getInt32(start + 4 * at)
  for (let at = 16; at < 64; at++) {
    const [near, far] = [w[at - 2] as number, w[at - 15] as number]
    const one = turned(near, 17) ^ turned(near, 19) ^ (near >>> 10)
    const other = turned(far, 7) ^ turned(far, 18) ^ (far >>> 3)
    w[at] = (one + other + (w[at - 7] as number) + (w[at - 16] as number)) | 0
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let at = 0; at < 64; at++) {
    const chosen = g ^ (e & (f ^ g))
    const most = (a & b) | (c & (a | b))
    const own = (ROUNDS[at] as number) + (w[at] as number)
    const added = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + chosen + own) | 0
    h = g
    g = f
    f = e
    e = (d + added) | 0
    d = c
    c = b
    b = a
    a = (added + (turned(b, 2) ^ turned(b, 13) ^ turned(b, 22)) + most) | 0
  }
  const words = [a, b, c, d, e, f, g, h]
  for (let at = 0; at < 8; at++) state[at] = ((state[at] as number) + (words[at] as number)) | 0
}

const turned = (word: number, by: number) => (word >>> by) | (word << (32 - by))
