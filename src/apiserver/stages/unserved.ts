import { own } from '#schema/own.ts'
import { failure } from '../errors.ts'
import type { Stage } from '../http/request/exchange.ts'
import type { ServerContext } from '../server-context.ts'
import { findKind } from './resources.ts'

/**
 * Refuses by name the parts of objects that Kubernetes has and we have not. 404 without a name in its details is how
 * clients recognise a cluster that lacks the whole subresource; kubectl then says so, with these words.
 */
export const unserved =
  (server: ServerContext): Stage =>
  ({ info }) => {
    if (info.kind !== 'resource') return false
    const instead = own(findKind(server, info)?.unserved, info.subresource)
    if (instead !== undefined) throw failure(404, 'NotFound', instead, {})
    return false
  }
