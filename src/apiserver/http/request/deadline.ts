import { badRequest } from '../../errors.ts'
import type { RequestInfo } from './request-info.ts'

/** What stays open for as long as its client likes. */
const LONG_RUNNING = new Set(['attach', 'exec', 'log', 'portforward', 'proxy'])

/** Whether a request ends when its client wants it, and not when it is answered: as in Kubernetes. */
export const isLongRunning = (info: RequestInfo): boolean =>
  info.kind === 'resource' && (info.verb === 'watch' || info.verb === 'proxy' || LONG_RUNNING.has(info.subresource))

const UNITS = new Set(['ns', 'us', '\u00b5s', '\u03bcs', 'ms', 's', 'm', 'h'])

/** How Go says that a text is no duration; undefined where it is one. */
const durationFault = (text: string): string | undefined => {
  const quoted = JSON.stringify(text)
  let rest = text.replace(/^[+-]/, '')
  if (rest === '0') return undefined
  if (rest === '') return `time: invalid duration ${quoted}`
  while (rest !== '') {
    const [whole = '', unit = ''] = /^(?:\d+(?:\.\d*)?|\.\d+)([^\d.]*)/.exec(rest) ?? []
    if (whole === '') return `time: invalid duration ${quoted}`
    if (unit === '') return `time: missing unit in duration ${quoted}`
    if (!UNITS.has(unit)) return `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`
    rest = rest.slice(whole.length)
  }
  return undefined
}

/**
 * How long an answer may take is said by `timeout`, of what is not long-running. What is no duration is refused; for the
 * rest nothing is cut by it: what takes long here are webhooks, which have timeouts of their own. Throws ApiError 400.
 */
export const checkTimeout = (info: RequestInfo, query: URLSearchParams): void => {
  const text = query.get('timeout')
  if (!text || isLongRunning(info)) return
  const fault = durationFault(text)
  if (fault !== undefined) throw badRequest(`invalid timeout specified in the request URL - ${fault}`)
}
