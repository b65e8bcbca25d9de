import { KernelQueryError, parseKernelQuery } from '#reconciler/look/kernel-query.ts'
import { readKernel } from '#reconciler/look/read-kernel.ts'

export type { KernelAnswer } from '#reconciler/look/kernel-answer.ts'

/** Where on an agent's socket its kernel is asked, with a query (src/reconciler/look/kernel-query.ts). */
export const KERNEL_PATH = '/kernel'

/** The answer at KERNEL_PATH of an agent: a KernelAnswer, or 400 with what is wrong with the question. Throws KernelError. */
export const kernelPage = (
  whose: { readonly node: string; readonly namespace?: string },
  query: URLSearchParams,
): { readonly status: number; readonly body: object } => {
  try {
    return { status: 200, body: readKernel(whose, parseKernelQuery(query)) }
  } catch (error) {
    if (error instanceof KernelQueryError) return { status: 400, body: { error: error.message } }
    throw error
  }
}
