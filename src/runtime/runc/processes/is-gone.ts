const GONE = new Set(['ENOENT', 'ESRCH', 'ENODEV', 'ENOTDIR'])

/**
 * Whether what was to be read is not there. Any other fault, as of too many open files, says nothing of it: who took it for an
 * end would let go of what runs.
 */
export const isGone = (error: unknown): boolean => GONE.has((error as NodeJS.ErrnoException).code ?? '')
