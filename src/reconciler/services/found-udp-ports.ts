import type { Element, TableFamily } from '#dataplane/nftables/rule.ts'
import type { Backend } from '#forwarding/forward-service.ts'
import type { ElementPacking } from '../tables/element-packing.ts'
import type { FoundElements } from '../tables/found-tables.ts'
import type { UdpPort } from './stale-flows.ts'

/**
 * What a process before us did for UDP, by the id of the service port, as far as its elements tell: enough to know which
 * flows it leaves behind. `nameOf` gives a service port's name by its id.
 */
export function foundUdpPorts(
  { byId, packing }: FoundElements,
  nameOf: (id: number) => string,
): ReadonlyMap<number, readonly UdpPort[]> {
  const found = new Map<number, readonly UdpPort[]>()
  for (const [id, packed] of byId)
    if (isUdp(packed, packing)) {
      const elements: Element[] = []
      packing.visit(packed, (identity, data) => elements.push(packing.unpack(identity, data)))
      found.set(
        id,
        (['ip', 'ip6'] as const).flatMap((family) => portOf(elements, family, nameOf(id))),
      )
    }
  return found
}

function isUdp(packed: string, packing: ElementPacking): boolean {
  let is = false
  packing.visit(packed, (identity) => {
    const set = packing.setOf(identity).name
    if (set === 'frontends' || set === 'nodeports') is ||= packing.unpack(identity, '').key.includes('udp')
  })
  return is
}

function portOf(all: readonly Element[], tables: TableFamily, servicePort: string): readonly UdpPort[] {
  const elements = all.filter(({ family }) => family === tables)
  const frontends = elements.flatMap(({ set, key }): UdpPort['frontends'] => {
    if (set === 'frontends') return [{ address: String(key[0]), port: Number(key[2]) }]
    return set === 'nodeports' ? [{ address: undefined, port: Number(key[1]) }] : []
  })
  if (frontends.length === 0) return []
  const backends = elements
    .filter(({ set }) => set === 'backends' || set === 'endpoints')
    .map(({ data }): Backend => ({ address: String(data?.[0]), port: Number(data?.[1]), local: undefined }))
  const cluster = { kind: 'balance', backends } as const
  return [
    { servicePort, family: tables === 'ip' ? 'IPv4' : 'IPv6', protocol: 'UDP', frontends, cluster, local: cluster },
  ]
}
