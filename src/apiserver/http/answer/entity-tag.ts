import { createHash } from 'node:crypto'
import { type Answering, setHead } from './head.ts'

/** What tells one content from another, as Kubernetes writes it. */
export const digestOf = (content: string | Uint8Array): string =>
  createHash('sha512').update(content).digest('hex').toUpperCase()

const isNamed = (tag: string, ifNoneMatch: string): boolean =>
  ifNoneMatch.split(',').some((named) => named.trim() === '*' || named.trim().replace(/^W\//, '') === tag)

/**
 * Tells the client by which tag it may ask again for what it is about to get (RFC 9110, ETag). Where it has that
 * already, the exchange is answered with 304, and the body need not be made.
 */
export const isKept = (exchange: Answering, digest: string, caching?: string): boolean => {
  const { request, response } = exchange
  const tag = `"${digest}"`
  response.setHeader('ETag', tag)
  if (!isNamed(tag, request.headers['if-none-match'] ?? '')) return false
  setHead(exchange, 304, undefined, caching)
  response.end()
  return true
}
