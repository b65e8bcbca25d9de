import { tooManyRequests } from '../../errors.ts'
import { answers, PATIENCE } from '../budgets.ts'
import type { Exchange } from '../request/exchange.ts'
import { warningHeaders } from './warning.ts'

/** What an answer needs of its exchange. */
export type Answering = Pick<Exchange, 'request' | 'response' | 'warnings'> & Partial<Pick<Exchange, 'caller'>>

/** What is taken in one go by any client, octets. */
const SMALL = 64 * 1024

/** Status and headers, with the warnings of the exchange (RFC 7234, code 299). */
export const setHead = (
  { response, warnings }: Answering,
  code: number,
  contentType: string | undefined,
  caching = 'no-cache, private',
): void => {
  response.statusCode = code
  if (contentType !== undefined) response.setHeader('Content-Type', contentType)
  response.setHeader('Cache-Control', caching)
  if (warnings.length > 0) response.setHeader('Warning', warningHeaders(warnings))
}

/** Counts an answer until its client has taken it, and ends one that is not taken. Throws ApiError 429. */
export const holdUntilTaken = ({ response, caller }: Answering, octets: number): void => {
  if (octets <= SMALL) return
  const hold = answers.hold(() => response.destroy(), caller?.name ?? '')
  if (!hold.take(octets)) {
    hold.end()
    throw tooManyRequests('too many answers wait to be read')
  }
  const timer = setTimeout(() => response.destroy(), PATIENCE).unref()
  response.once('close', () => {
    clearTimeout(timer)
    hold.end()
  })
}
