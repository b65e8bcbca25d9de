import type { HTTPRouteRetry, HTTPRouteTimeouts } from '#api/gatewayapi/httproute/message.ts'
import type { SessionPersistence } from '#api/gatewayapi/shared/session-persistence.ts'
import type { Persistence } from '../table/entry.ts'
import { MOST_RETRIES, RETRIED_CODES } from '../table/retries.ts'
import type { Retry } from '../table/table.ts'
import { durationMs } from '../values/duration.ts'
import type { Fault } from '../values/fault.ts'
import { isFraming } from '../values/message-text.ts'
import { isToken } from '../values/texts.ts'
import { type Read, unsupported } from './read-rule.ts'

interface Timeouts {
  readonly requestTimeoutMs?: number
  readonly backendTimeoutMs?: number
}

/** HAProxy counts milliseconds in 31 bits. */
const LONGEST_MS = 2 ** 31 - 1

/** A duration of zero is no limit; one of more than 24 days is as long as a proxy can count. */
export const readTimeouts = ({ request, backendRequest }: HTTPRouteTimeouts = {}): Read<Timeouts> => {
  const fault = durationFault('timeouts.request', request) ?? durationFault('timeouts.backendRequest', backendRequest)
  const whole = durationMs(request ?? '0s')
  const once = durationMs(backendRequest ?? '0s')
  const longer = whole && once && once > whole
  const late = longer ? unsupported('timeouts.backendRequest is longer than timeouts.request') : undefined
  return {
    value: {
      ...(whole && { requestTimeoutMs: Math.min(whole, LONGEST_MS) }),
      ...(once && { backendTimeoutMs: Math.min(once, LONGEST_MS) }),
    },
    ...((fault ?? late) && { fault: (fault ?? late)! }),
  }
}

const durationFault = (what: string, text: string | undefined): Fault | undefined =>
  text === undefined || durationMs(text) !== undefined
    ? undefined
    : unsupported(`${what} ${JSON.stringify(text)} is no duration`)

const ATTEMPTS = 1

/** Whatever is meant alike is the same, however it is written: of each other one a proxy has another section. */
export const readRetry = (written: HTTPRouteRetry | undefined): Read<Retry | undefined> => {
  if (written === undefined) return { value: undefined }
  const { codes = [], attempts = ATTEMPTS, backoff } = written
  const other = codes.find((code) => !RETRIED_CODES.includes(code))
  const wrong =
    durationFault('retry.backoff', backoff)?.message ??
    (durationMs(backoff ?? '0s') ? 'retry.backoff is not supported: HAProxy sends again at once' : undefined) ??
    (attempts > MOST_RETRIES ? `retry.attempts is more than ${MOST_RETRIES}` : undefined) ??
    (other && `a retry after the status ${other} is not supported, only after ${RETRIED_CODES.join(', ')}`)
  return {
    value: { codes: [...new Set(codes)].sort((a, b) => a - b), attempts: Math.max(attempts, 0) },
    ...(wrong && { fault: unsupported(wrong) }),
  }
}

/** `owner` names the rule: of two rules without a name of their own, each has another. */
export const readPersistence = (
  written: SessionPersistence | undefined,
  owner: string,
): Read<Persistence | undefined> => {
  if (written === undefined) return { value: undefined }
  const { sessionName, absoluteTimeout, idleTimeout, type = 'Cookie', cookieConfig } = written
  const lifetime = cookieConfig?.lifetimeType ?? 'Session'
  const absoluteTimeoutMs = durationMs(absoluteTimeout ?? '0s')
  const isName = !sessionName || (isToken(sessionName) && !isFraming(sessionName))
  const odd = isName
    ? undefined
    : unsupported(`sessionPersistence.sessionName ${JSON.stringify(sessionName)} is no name`)
  const fault = idleTimeout
    ? unsupported('sessionPersistence.idleTimeout is not supported')
    : (odd ??
      durationFault('sessionPersistence.absoluteTimeout', absoluteTimeout) ??
      (lifetime === 'Permanent' && !absoluteTimeoutMs
        ? unsupported('a permanent cookie needs sessionPersistence.absoluteTimeout')
        : undefined))
  return {
    value: {
      type,
      name: sessionName || `fairlead-${hash(owner)}`,
      ...(absoluteTimeoutMs && { absoluteTimeoutMs }),
      lifetime,
    },
    ...(fault && { fault }),
  }
}

/** FNV-1a of 32 bits, in hexadecimal digits. */
const hash = (text: string): string => {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193) >>> 0
  return sum.toString(16).padStart(8, '0')
}
