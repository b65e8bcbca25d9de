import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** How often the file is looked at, milliseconds: a person reads. */
const LOOK_MS = 100

/**
 * Gives every whole line that is written to a file from `offset` (octets) on, until `signal` aborts or the file is
 * gone. A file that was emptied, as a log is that has become too long, is read from its start.
 */
export const followFile = async (
  path: string,
  offset: number,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  let at = offset
  let rest = Buffer.alloc(0)
  while (!signal.aborted) {
    const fresh = readFrom(path, at)
    if (fresh === undefined) return
    at = fresh.end
    rest = fresh.emptied ? fresh.bytes : Buffer.concat([rest, fresh.bytes])
    const end = rest.lastIndexOf(10)
    if (end >= 0) {
      for (const line of rest.toString('utf8', 0, end).split('\n')) onLine(line)
      rest = rest.subarray(end + 1)
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** What stands in the file behind octet `from`; undefined where there is none. */
const readFrom = (
  path: string,
  from: number,
): { readonly bytes: Buffer<ArrayBuffer>; readonly end: number; readonly emptied: boolean } | undefined => {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const { size } = fstatSync(descriptor)
    const emptied = size < from
    const start = emptied ? 0 : from
    const bytes = Buffer.alloc(size - start)
    const length = readSync(descriptor, bytes, 0, bytes.length, start)
    return { bytes: bytes.subarray(0, length), end: start + length, emptied }
  } finally {
    closeSync(descriptor)
  }
}
