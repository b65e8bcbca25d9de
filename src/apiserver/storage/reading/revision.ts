import { StorageError } from '../storage-error.ts'

const MOST = 2n ** 64n - 1n
/** Digits, zeros in front with them: past it nothing is taken for a number. */
const LONGEST = 100

/** How Kubernetes' parser says that a text is no such number; undefined where it is one. */
const fault = (text: string): string | undefined => {
  if (!/^\d+$/.test(text)) return 'invalid syntax'
  return text.length > LONGEST || BigInt(text) > MOST ? 'value out of range' : undefined
}

/** A revision as clients write it; undefined where nothing is said, and 0 where any will do. Throws REVISION_INVALID. */
export const parseRevision = (text: string | undefined): number | undefined => {
  if (text === undefined || text === '') return undefined
  const why = fault(text)
  if (why === undefined) return Number(text)
  const quoted = JSON.stringify(text)
  throw new StorageError(
    'REVISION_INVALID',
    `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${why}`,
  )
}
