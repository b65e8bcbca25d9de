import { KernelError } from '#kernel/kernel-error.ts'

/** The kernel may have done what it was asked. */
export const isAnswerLost = (error: unknown): boolean =>
  error instanceof KernelError && error.code === 'NFT_ANSWER_LOST'
