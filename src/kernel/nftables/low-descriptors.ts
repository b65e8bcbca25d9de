import { closeSync, openSync } from 'node:fs'
import { KernelError } from '../kernel-error.ts'

/** select(), by which libnftables waits, ends the process at a descriptor from here on. */
const SELECT_LIMIT = 1024
/** As many as a cluster has nodes: each node's agent keeps one socket of libnftables open. */
const KEPT = 256

let spares: number[] | undefined

/**
 * Runs what opens a socket of libnftables. A process of many nodes and pods has more descriptors than select() knows,
 * so at the first call some low ones are taken; each call frees one for its socket. Throws KernelError NFT_OPEN_FAILED
 * where none is left.
 */
export function withLowDescriptor<T>(open: () => T): T {
  spares ??= Array.from({ length: KEPT }, hold).filter(isLow)
  const spare = spares.pop()
  if (spare !== undefined) closeSync(spare)
  const next = hold()
  closeSync(next)
  if (next >= SELECT_LIMIT)
    throw new KernelError('NFT_OPEN_FAILED', {
      operation: 'nft_ctx_new',
      message: `all ${SELECT_LIMIT} descriptors that libnftables can wait for are taken: run fewer nodes in one process`,
    })
  try {
    return open()
  } finally {
    const again = hold()
    if (spare !== undefined && again < SELECT_LIMIT) spares.push(again)
    else closeSync(again)
  }
}

const hold = () => openSync('/dev/null', 'r')

function isLow(descriptor: number): boolean {
  if (descriptor < SELECT_LIMIT) return true
  closeSync(descriptor)
  return false
}
