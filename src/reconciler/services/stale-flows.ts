import type { Backend, ServicePortForwarding, Treatment } from '#forwarding/forward-service.ts'
import type { Frontend } from '#forwarding/frontend.ts'
import type { FlowFilter } from '#kernel/conntrack/conntrack.ts'

/** What flows depend on of a service port in one family. */
export interface UdpPort
  extends Pick<ServicePortForwarding, 'servicePort' | 'family' | 'protocol' | 'cluster' | 'local'> {
  readonly frontends: readonly Pick<Frontend, 'address' | 'port'>[]
}

/** Of a Service; ports of other protocols may be among them. */
export interface UdpService {
  readonly ports: readonly UdpPort[]
}

const backendsOf = (treatment: Treatment): readonly Backend[] =>
  treatment.kind === 'balance' ? treatment.backends : []
const allBackends = ({ cluster, local }: UdpPort) => [...backendsOf(cluster), ...backendsOf(local)]

/**
 * The UDP flows that a change makes stale. UDP has no end that the kernel could see: an entry lives on with each packet
 * of its client, so one to a removed endpoint must be deleted, and one that was made untranslated (before the first
 * endpoint or before the frontend) must too, or it would never be looked at again.
 */
export function staleFlows(
  before: UdpService | undefined,
  after: UdpService | undefined,
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
const udpPortsOf = (service: UdpService | undefined): ReadonlyMap<string, UdpPort> =>
  new Map(
    service?.ports
      .filter(({ protocol }) => protocol === 'UDP')
      .map((port) => [`${port.servicePort} ${port.family}`, port]),
  )

function ofPort(
  was: UdpPort | undefined,
  is: UdpPort | undefined,
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
  const family = (was ?? is)?.family as UdpPort['family']
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
