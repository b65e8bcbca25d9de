import { socketText } from './port-protocol.ts'

interface DialError extends Error {
  readonly code?: string
  readonly address?: string
  readonly port?: number
  /** Where a name has several addresses: why each of them failed. */
  readonly errors?: readonly DialError[]
}

/** As Go says them behind `dial tcp ADDRESS:`. */
const WORDS: ReadonlyMap<string | undefined, string> = new Map([
  ['ECONNREFUSED', 'connect: connection refused'],
  ['EHOSTUNREACH', 'connect: no route to host'],
  ['ENETUNREACH', 'connect: network is unreachable'],
  ['ETIMEDOUT', 'connect: connection timed out'],
  ['EACCES', 'connect: permission denied'],
])

/**
 * Why a connection did not come about, in the words in which people look for it: those of Go, in which Kubernetes is
 * written. Undefined for any other error.
 */
export const dialWords = (error: Error): string | undefined => {
  const { code, address, port, errors } = error as DialError
  if (address === undefined && errors?.[0] !== undefined) return dialWords(errors[0])
  const why = WORDS.get(code)
  return why && `dial tcp ${address ? `${socketText(address, port ?? 0)}: ` : ''}${why}`
}
