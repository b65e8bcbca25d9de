import type { Status } from '#api/meta/status.ts'
import { ApiError } from '#client/client.ts'
import { badRequest } from '../../errors.ts'

/** What a webhook itself has refused. */
export class Denial extends ApiError {}

/** The refusal that a webhook has said, with its own code, reason and words, under its name. */
export const denial = (name: string, result: Partial<Status> = {}): Denial => {
  const denied = `admission webhook ${JSON.stringify(name)} denied the request`
  const { message, reason, code = 0, details } = result
  const why = message || reason
  return new Denial({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: why ? `${denied}: ${why}` : `${denied} without explanation`,
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
    // Below it would be no refusal, above no status of HTTP.
    code: code > 999 ? 500 : Math.max(400, code),
  })
}

/** A webhook that has effects of its own is not asked what would be. */
export const noDryRun = (name: string): ApiError =>
  badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`)
