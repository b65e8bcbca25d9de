import { refuse } from '../access/authorizer.ts'
import type { Caller } from '../access/caller.ts'
import type { Stage } from '../http/request/exchange.ts'
import type { RequestInfo } from '../http/request/request-info.ts'
import type { ServerContext } from '../server-context.ts'

/** Throws 403 where no rule of the cluster allows it. */
export const checkAccess = ({ authorizer }: ServerContext, caller: Caller, info: RequestInfo): void => {
  const { allowed, reason } = authorizer.authorize(caller, info)
  if (!allowed) throw refuse(caller, info, reason)
}

/** Refuses what the caller may not do, by ApiError 403; answers nothing itself. */
export const access =
  (server: ServerContext): Stage =>
  ({ caller, info }) => {
    checkAccess(server, caller, info)
    return false
  }
