import { RecordType } from '#names/record.ts'

/** Records of one size, one behind the other: `count` of `stride` octets from `at` on. */
interface AddressRun {
  readonly at: number
  readonly stride: number
  readonly count: number
}

const NO_RUN: AddressRun = { at: 0, stride: 0, count: 0 }
const POINTER = 0xc0
const STRIDE = new Map<number, number>([
  [RecordType.A, 2 + 10 + 4],
  [RecordType.AAAA, 2 + 10 + 16],
])

/**
 * Where in a message of ours the addresses stand whose order may be turned: those at the end of the answers that have
 * one type and one owner. Each is of one size, since the owner is a pointer.
 */
export const addressRun = (message: Uint8Array): AddressRun => {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  if (view.getUint16(6) === 0) return NO_RUN
  let at = skipName(message, 12) + 4
  let run = NO_RUN
  for (let left = view.getUint16(6); left > 0; left--) {
    const named = skipName(message, at)
    const type = view.getUint16(named)
    const next = named + 10 + view.getUint16(named + 8)
    const stride = message[at]! >= POINTER ? STRIDE.get(type) : undefined
    const goesOn =
      run.count > 0 &&
      run.stride === stride &&
      view.getUint16(at) === view.getUint16(run.at) &&
      type === view.getUint16(run.at + 2)
    if (stride === undefined) run = NO_RUN
    else run = goesOn ? { ...run, count: run.count + 1 } : { at, stride, count: 1 }
    at = next
  }
  return run
}

const skipName = (message: Uint8Array, start: number): number => {
  let at = start
  while (at < message.length) {
    const size = message[at]!
    if (size >= POINTER) return at + 2
    if (size === 0) return at + 1
    at += size + 1
  }
  return at
}
