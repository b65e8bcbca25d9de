import { type ElementLayout, JUDGEMENT_NAMES, kernelLength, type Part } from '#dataplane/nftables/element-layout.ts'
import type { TableFamily } from '#dataplane/nftables/rule.ts'
import type { DumpedElement } from '#kernel/nftables/element-dump.ts'

/**
 * Whether an element that the kernel holds can be one of ours. Somebody else can put there what we have no words for: one
 * for all keys that have none (`*`), a verdict that none of ours gives, a range where ours have one value. Then what it is
 * read as may be what is wanted.
 */
export function canBeOurs(
  { family, key, definition }: Pick<ElementLayout, 'family' | 'key' | 'definition'>,
  { key: first, keyEnd: last, verdict }: Pick<DumpedElement, 'key' | 'keyEnd' | 'verdict'>,
): boolean {
  if (first.length === 0) return false
  if (definition.data === 'judgement' && !(verdict && JUDGEMENT_NAMES.has(verdict.code))) return false
  return last === undefined || isOurRange(key, family, first, last)
}

function isOurRange(parts: readonly Part[], family: TableFamily, first: Uint8Array, last: Uint8Array): boolean {
  let at = 0
  return parts.every((part) => {
    const end = at + kernelLength(part, family)
    const [from, to] = [first.subarray(at, end), last.subarray(at, end)]
    at = end
    if (part === 'ports') return true
    return part === 'prefix' ? isPrefix(from, to) : from.every((byte, index) => byte === to[index])
  })
}

/** Of the same length; from where they begin to differ all bits of the first are 0, and all of the last are 1. */
function isPrefix(first: Uint8Array, last: Uint8Array): boolean {
  let differs = false
  for (const [index, byte] of first.entries())
    for (let bit = 0x80; bit > 0; bit >>= 1) {
      const [low, high] = [byte & bit, (last[index] as number) & bit]
      differs ||= low !== high
      if (differs && (low !== 0 || high === 0)) return false
    }
  return true
}
