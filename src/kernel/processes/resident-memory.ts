import { readFileSync } from 'node:fs'
import { call, libc } from '../libc.ts'

/** <sys/mman.h> */
const MADV_DONTNEED = 4
/** Program text of a file: executable, and not written to, so that what leaves memory is in the file. */
const TEXT = /^([0-9a-f]+)-([0-9a-f]+) r-xp \S+ \S+ [1-9]\d* +\//gm

/** Where the text of this process's program and libraries lies, by /proc/PID/maps. */
export const textRanges = (maps: string): readonly { readonly at: bigint; readonly length: number }[] =>
  Array.from(maps.matchAll(TEXT), ([, from = '', to = '']) => {
    const at = BigInt(`0x${from}`)
    return { at, length: Number(BigInt(`0x${to}`) - at) }
  })

/**
 * Gives back what this process holds and does not use: freed pages of malloc, and program text, most of which a start alone
 * has run. What is run again comes back from the page cache, a few pages at a time. Throws KernelError MEMORY_ADVICE_FAILED.
 */
export function releaseMemory(): void {
  libc('int malloc_trim(size_t pad)')(0)
  for (const { at, length } of textRanges(readFileSync('/proc/self/maps', 'latin1')))
    call(
      'MEMORY_ADVICE_FAILED',
      'madvise',
      'program text',
      'int madvise(uintptr_t at, size_t length, int advice)',
      at,
      length,
      MADV_DONTNEED,
    )
}
