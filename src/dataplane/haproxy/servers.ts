import { canonicalAddress } from '#net/ip-address.ts'
import type { BackendEndpoint } from '#routes/backend-endpoints.ts'
import type { Backend } from '#routes/table/table.ts'
import type { PlannedServer } from './proxy-plan.ts'
import { contentId } from './rules/content-id.ts'
import { serverParameters } from './server-parameters.ts'

/** The servers of a slot that stands for a backend, each address and port once. */
export function serversOf(backend: Backend, endpoints: readonly BackendEndpoint[]): readonly PlannedServer[] {
  const parameters = serverParameters(backend)
  const servers = new Map<string, PlannedServer>()
  for (const { address: written, port, isLeaving } of endpoints) {
    // As HAProxy tells it: an address may be written in several ways.
    const address = canonicalAddress(written)
    const name = `e${contentId(`${address} ${port}`)}`
    if (isLeaving && servers.has(name)) continue
    servers.set(name, { name, address, port, state: isLeaving ? 'drain' : 'ready', parameters })
  }
  return [...servers.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}
