import type { Mending } from '#reconciler/target/edits.ts'

/** `node-1: link eth0 is down; put right`: what somebody had changed of what `who` has, and what became of it. */
export const mendingText = (who: string, { edit, error }: Mending<unknown>): string =>
  `${who}: ${edit.found.join(', ')}; ${error === undefined ? 'put right' : `cannot be put right: ${error.message}`}`
