import { readFileSync } from 'node:fs'
import { call, libc } from '../libc.ts'
import { textRanges } from './program-text.ts'

/** <sys/mman.h> */
const MADV_DONTNEED = 4

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
