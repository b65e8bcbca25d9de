import { RuntimeError } from '../runtime-error.ts'

/** How long the making of a container may take, milliseconds. */
interface MakingLimits {
  /** As long as Kubernetes' kubelet waits for a runtime. */
  readonly most: number
  /** From when nobody waits for it any more. */
  readonly givenUp: number
  /** Between two tries to end it. */
  readonly again: number
}

export const MAKING_LIMITS: MakingLimits = { most: 120_000, givenUp: 3000, again: 1000 }

interface MakingOptions {
  /** Of the container. */
  readonly id: string
  /** Kills whoever is at it; the making rejects then. */
  readonly end: () => void
  readonly signal?: AbortSignal | undefined
  readonly limits: MakingLimits
}

/**
 * Waits for the making of a container, and ends it where it takes too long: runc reads files of the image, `/etc/group` among
 * them, and waits for ever where one is a FIFO. Rejects as `making` does, or with CONTAINER_CANNOT_RUN.
 */
export async function inTime<T>(making: Promise<T>, { id, end, signal, limits }: MakingOptions): Promise<T> {
  let isLate = false
  let again: NodeJS.Timeout | undefined
  const tryEnd = (): void => {
    try {
      end()
    } catch {
      // With too many open files nobody can be looked for, and soon again.
      again = setTimeout(tryEnd, limits.again)
    }
  }
  const late = setTimeout(() => {
    isLate = true
    tryEnd()
  }, limits.most)
  let givenUp: NodeJS.Timeout | undefined
  const giveUp = (): void => {
    givenUp = setTimeout(tryEnd, limits.givenUp)
  }
  if (signal?.aborted) giveUp()
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    return await making
  } catch (error) {
    if (!isLate) throw error
    throw new RuntimeError(
      'CONTAINER_CANNOT_RUN',
      `container '${id}': runc has not made it in ${limits.most / 1000} seconds: something that it reads, such as /etc/passwd or /etc/group, may be a FIFO`,
      { cause: error },
    )
  } finally {
    clearTimeout(late)
    clearTimeout(givenUp)
    clearTimeout(again)
    signal?.removeEventListener('abort', giveUp)
  }
}
