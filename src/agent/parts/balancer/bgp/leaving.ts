import { leases } from '#api/coordination/lease/resource.ts'
import type { Client } from '#client/client.ts'
import { LEAVING_LEASE } from '#objects/well-known.ts'

const SECOND = 1_000

/** Whether somebody uninstalls what the agents of a namespace are of. Where nobody can be asked, nobody does. */
export const isLeaving = async (client: Client, namespace: string, now: number): Promise<boolean> => {
  const lease = await client.get(leases, LEAVING_LEASE, { namespace }).catch(() => undefined)
  const { renewTime, leaseDurationSeconds = 0 } = lease?.spec ?? {}
  return renewTime !== undefined && now < Date.parse(renewTime) + leaseDurationSeconds * SECOND
}
