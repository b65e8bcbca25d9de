import { urlHost } from '#net/port-protocol.ts'
import { STANDARD_PORTS } from '#routes/table/location.ts'
import { headerName, type RequestText } from '../ask/request-text.ts'
import type { Question } from '../trace/question.ts'

/** The URL of a request with another scheme, host, port or target. */
export const urlOf = ({
  scheme,
  host,
  port,
  target,
}: Pick<RequestText, 'scheme' | 'host' | 'port' | 'target'>): string =>
  `${scheme}://${urlHost(host)}${port === STANDARD_PORTS[scheme] ? '' : `:${port}`}${target}`

/** The same question for another name: in the URL, or, where that has an address, beside it. */
export const withHost = (question: Question, text: RequestText, host: string): Question => {
  const headers = question.headers?.filter((header) => headerName(header) !== 'host')
  const { headers: _, ...rest } = question
  const asked = { ...rest, ...(headers && headers.length > 0 && { headers }) }
  return text.isAddress ? { ...asked, host } : { ...asked, to: urlOf({ ...text, host }) }
}
