import type { Community } from '../model.ts'

/** IANA's registry of well-known communities, those that speakers know by name. */
const WELL_KNOWN: ReadonlyMap<string, number> = new Map([
  ['graceful-shutdown', 0xffff_0000],
  ['accept-own', 0xffff_0001],
  ['llgr-stale', 0xffff_0006],
  ['no-llgr', 0xffff_0007],
  ['blackhole', 0xffff_029a],
  ['no-export', 0xffff_ff01],
  ['no-advertise', 0xffff_ff02],
  ['local-as', 0xffff_ff03],
  ['no-peer', 0xffff_ff04],
])

const numbers = (parts: readonly string[], most: number): readonly number[] | undefined => {
  const read = parts.map((part) => (/^\d{1,10}$/.test(part) ? Number(part) : Number.NaN))
  return read.every((number) => number <= most) ? read : undefined
}

/** `65000:100`, `large:65000:1:2`, or a well-known name; undefined where it is none of them. */
export const parseCommunity = (text: string): Community | undefined => {
  const known = WELL_KNOWN.get(text.toLowerCase())
  if (known !== undefined) return { kind: 'standard', value: known }
  const parts = text.split(':')
  if (parts[0] === 'large' && parts.length === 4) {
    const large = numbers(parts.slice(1), 2 ** 32 - 1)
    return large && { kind: 'large', value: large as [number, number, number] }
  }
  const standard = parts.length === 2 ? numbers(parts, 2 ** 16 - 1) : undefined
  return standard && { kind: 'standard', value: standard[0]! * 2 ** 16 + standard[1]! }
}
