import type { LargeCommunity } from './message.ts'

const WELL_KNOWN: Readonly<Record<string, number>> = {
  'graceful-shutdown': 0xffff0000,
  blackhole: 0xffff029a,
  'no-export': 0xffffff01,
  'no-advertise': 0xffffff02,
  'no-export-subconfed': 0xffffff03,
  'no-peer': 0xffffff04,
}

const numbersOf = (text: string, count: number, most: number): readonly number[] | undefined => {
  const parts = text.split(':')
  if (parts.length !== count || !parts.every((part) => /^(?:0|[1-9]\d{0,9})$/.test(part))) return undefined
  const numbers = parts.map(Number)
  return numbers.every((number) => number <= most) ? numbers : undefined
}

/** `64512:100`, or the name of a well-known one such as `no-export`; undefined where the text is none (RFC 1997). */
export const tryParseCommunity = (text: string): number | undefined => {
  if (Object.hasOwn(WELL_KNOWN, text)) return WELL_KNOWN[text]
  const [high, low] = numbersOf(text, 2, 0xffff) ?? []
  return high === undefined || low === undefined ? undefined : high * 0x1_0000 + low
}

/** `4200000000:1:2`; undefined where the text is none (RFC 8092). */
export const tryParseLargeCommunity = (text: string): LargeCommunity | undefined => {
  const [administrator, first, second] = numbersOf(text, 3, 0xffff_ffff) ?? []
  return administrator === undefined || first === undefined || second === undefined
    ? undefined
    : [administrator, first, second]
}
