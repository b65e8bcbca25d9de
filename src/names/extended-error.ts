/** RFC 8914: the reason of a refusal. */
export const ExtendedError = {
  OTHER: 0,
  NOT_READY: 14,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
  NO_AUTHORITY: 22,
} as const

/** Why a name that is not found may be there all the same. */
export const STILL_READING = { code: ExtendedError.NOT_READY, text: 'still reading the cluster' } as const
