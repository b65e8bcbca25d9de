import type { AccessRequest } from '#access/rbac/request.ts'
import { accessRequest } from '../access/access-request.ts'
import { refuse } from '../access/authorizer.ts'
import type { Caller } from '../access/caller.ts'
import type { AuditTrail } from '../audit/audit-trail.ts'
import { forbidden } from '../errors.ts'
import type { Stage } from '../http/request/exchange.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import type { ServerContext } from '../server-context.ts'

/** Throws 403 where no rule of the cluster allows it. */
export const checkAccess = (
  { authorizer }: ServerContext,
  caller: Caller,
  request: AccessRequest,
  audit?: AuditTrail,
): void => {
  const decision = authorizer.authorize(caller, request)
  audit?.decided(decision)
  if (!decision.allowed) throw refuse(caller, request, decision.reason)
}

/**
 * Who gets into a pod must be allowed to create the way in, by whichever method the protocol asks: a WebSocket asks by
 * GET, and whoever may only read must not come to run commands. Throws 403.
 */
export const checkWayIn = ({ authorizer }: ServerContext, caller: Caller, info: ResourceRequestInfo): void => {
  const { allowed, reason } = authorizer.authorize(caller, { ...info, verb: 'create' })
  if (!allowed) throw forbidden({ group: info.group, plural: info.resource, kind: '' }, info.name, reason)
}

/** Refuses what the caller may not do, by ApiError 403; answers nothing itself. */
export const access =
  (server: ServerContext): Stage =>
  ({ caller, info, query, audit }) => {
    checkAccess(server, caller, accessRequest(info, query), audit)
    return false
  }
