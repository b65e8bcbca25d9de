import { closeSync, openSync } from 'node:fs'
import { KernelError } from '../kernel-error.ts'

/** select(), by which libnftables waits, ends the process at a descriptor from here on. */
const SELECT_LIMIT = 1024
/** From here on the rest of the low ones is kept for libnftables: each node's agent has one socket of it open. */
const SCARCE = 512

const spares: number[] = []

/**
 * Runs what opens a socket of libnftables. A process of many nodes and pods has more descriptors than select() knows, so
 * when half of the low ones are taken the others are kept, and each call frees one for its socket. Throws KernelError
 * NFT_OPEN_FAILED where none is left.
 */
export function withLowDescriptor<T>(open: () => T): T {
  let next = hold()
  if (next >= SCARCE && spares.length === 0) {
    for (; next < SELECT_LIMIT; next = hold()) spares.push(next)
    spares.reverse()
  }
  closeSync(next)
  const spare = spares.pop()
  if (spare !== undefined) closeSync(spare)
  else if (next >= SELECT_LIMIT)
    throw new KernelError('NFT_OPEN_FAILED', {
      operation: 'nft_ctx_new',
      message: `all ${SELECT_LIMIT} descriptors that libnftables can wait for are taken: run fewer nodes in one process`,
    })
  try {
    return open()
  } finally {
    if (spare !== undefined) keep()
  }
}

/** The descriptor that the next file or socket will have. */
export function nextDescriptor(): number {
  const next = hold()
  closeSync(next)
  return next
}

const hold = () => openSync('/dev/null', 'r')

function keep(): void {
  const again = hold()
  if (again < SELECT_LIMIT) spares.push(again)
  else closeSync(again)
}
