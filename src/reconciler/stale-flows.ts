import type { Backend, ServiceForwarding, ServicePortForwarding, Target } from '#forwarding/forward-service.ts'
import type { FlowFilter } from '#kernel/conntrack.ts'

const backendsOf = (target: Target): readonly Backend[] => (target.kind === 'balance' ? target.backends : [])
const allBackends = ({ cluster, local }: ServicePortForwarding) => [...backendsOf(cluster), ...backendsOf(local)]

/**
 * The UDP flows that a change makes stale. UDP has no end that the kernel could see: an entry lives on with each packet
 * of its client, so one to a removed endpoint must be deleted, and one that was made untranslated (before the first
 * endpoint or before the frontend) must too, or it would never be looked at again.
 */
export function staleFlows(
  before: ServiceForwarding | undefined,
  after: ServiceForwarding | undefined,
  nodeAddresses: readonly string[],
): readonly FlowFilter[] {
  const filters: FlowFilter[] = []
  const last = udpPortsOf(before)
  const next = udpPortsOf(after)
  for (const name of new Set([...last.keys(), ...next.keys()]))
    filters.push(...ofPort(last.get(name), next.get(name), nodeAddresses))
  return filters
}

/** A port of another protocol is none, though it may have the name of one that was. */
const udpPortsOf = (forwarding: ServiceForwarding | undefined): ReadonlyMap<string, ServicePortForwarding> =>
  new Map(
    forwarding?.ports
      .filter(({ protocol }) => protocol === 'UDP')
      .map((port) => [`${port.servicePort} ${port.family}`, port]),
  )

function ofPort(
  was: ServicePortForwarding | undefined,
  is: ServicePortForwarding | undefined,
  nodeAddresses: readonly string[],
): readonly FlowFilter[] {
  const filters: FlowFilter[] = []
  const key = ({ address, port }: { readonly address?: string; readonly port: number }) => `${address} ${port}`
  const frontendsNow = new Set(is?.frontends.map(key))
  const backendsNow = new Set((is === undefined ? [] : allBackends(is)).map(key))
  const backendsBefore = was === undefined ? [] : allBackends(was)
  const gone = [...new Map(backendsBefore.map((backend) => [key(backend), backend])).values()].filter(
    (backend) => !backendsNow.has(key(backend)),
  )
  const family = (was ?? is)?.family as ServicePortForwarding['family']
  for (const frontend of was?.frontends ?? []) {
    const left = frontendsNow.has(key(frontend))
      ? gone
      : [...new Map(backendsBefore.map((one) => [key(one), one])).values()]
    for (const { address, port } of left) filters.push({ family, original: frontend, backend: { address, port } })
  }
  const frontendsBefore = new Set(backendsBefore.length === 0 ? [] : was?.frontends.map(key))
  // What was sent to it while nobody answered went on untranslated: such an entry's answer would come from the frontend
  // itself.
  for (const frontend of backendsNow.size === 0 ? [] : (is?.frontends ?? [])) {
    if (frontendsBefore.has(key(frontend))) continue
    const addresses = frontend.address === undefined ? nodeAddresses : [frontend.address]
    for (const address of addresses)
      if (address.includes(':') === (family === 'IPv6')) {
        const untranslated = { address, port: frontend.port }
        filters.push({ family, original: untranslated, backend: untranslated })
      }
  }
  return filters
}
