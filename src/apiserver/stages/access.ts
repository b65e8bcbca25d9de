import { type AccessRequest, authorize, refusalMessage } from '../access/authorization.ts'
import type { Caller } from '../access/caller.ts'
import { failure, forbidden } from '../errors.ts'
import type { Stage } from '../http/request/exchange.ts'
import type { RequestInfo } from '../http/request/request-info.ts'

/** Throws 403 where the cluster's rule says no. */
export const checkAccess = (caller: Caller, info: RequestInfo): void => {
  const request: AccessRequest = info
  const decision = authorize(caller, request)
  if (decision.allowed) return
  const message = refusalMessage(caller, request)
  if (info.kind === 'path') throw failure(403, 'Forbidden', `forbidden: ${message}`, {})
  throw forbidden({ group: info.group, plural: info.resource, kind: info.resource }, info.name, message)
}

/** Refuses what the caller may not do, by ApiError 403; answers nothing itself. */
export const access: Stage = (exchange) => {
  checkAccess(exchange.caller, exchange.info)
  return false
}
