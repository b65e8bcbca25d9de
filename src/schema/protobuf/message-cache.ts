import type { MessagePlan } from '../plan.ts'

/** A power of two: a hash is cut to it. */
const SLOTS = 2048
/** Octets of a message; longer ones are hardly ever the same twice. */
const LONGEST = 40

interface Known {
  readonly plan: MessagePlan
  readonly bytes: Uint8Array
  readonly value: object
}

/**
 * Small messages as they were read before: what says that an endpoint is ready, or that a port is 8080, is one object for
 * all who are read. For objects that nobody changes. Of bounded size.
 */
export class MessageCache {
  readonly #known: (Known | undefined)[] = new Array(SLOTS)

  /** What the bytes `start` to `end` were read as, or are by `read`. */
  read<T extends object>(plan: MessagePlan, bytes: Uint8Array, start: number, end: number, read: () => T): T {
    if (end - start > LONGEST) return read()
    let hash = plan.fields.length
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
    const slot = (hash ^ (hash >>> 13)) & (SLOTS - 1)
    const known = this.#known[slot]
    if (known !== undefined && known.plan === plan && isSame(known.bytes, bytes, start, end)) return known.value as T
    const value = read()
    this.#known[slot] = { plan, bytes: bytes.slice(start, end), value }
    return value
  }
}

const isSame = (known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean => {
  if (known.length !== end - start) return false
  for (let at = start; at < end; at++) if (known[at - start] !== bytes[at]) return false
  return true
}
