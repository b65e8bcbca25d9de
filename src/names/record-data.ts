import { foldName } from './dns-name.ts'
import { type RecordData, RecordType } from './record.ts'
import type { NamedPort } from './service-records.ts'

/** A name that offers ports: a Service's own, or that of one endpoint of a headless one. */
interface PortHost {
  readonly target: string
  readonly ports: readonly NamedPort[]
}

export const addressData = (address: Uint8Array): RecordData => ({ type: address.length === 4 ? 'A' : 'AAAA', address })

/** The records of `node` that a question of `type` asks for. */
export const pick = (node: readonly RecordData[], type: number): readonly RecordData[] =>
  type === RecordType.ANY ? node : node.filter((data) => RecordType[data.type] === type)

/** Priority 0, one weight for all; a number that TCP and UDP share is said once, since it is the same record. */
const serverData = (offers: readonly { readonly target: string; readonly port: number }[]): readonly RecordData[] => {
  const distinct = new Map(offers.map((offer) => [`${offer.port} ${offer.target}`, offer]))
  const weight = Math.floor(100 / distinct.size) || 1
  return [...distinct.values()].map(({ target, port }) => ({ type: 'SRV', priority: 0, weight, port, target }))
}

/** SRV at the name itself, of a Service or of an endpoint: all ports, named or not, as CoreDNS gives them. */
export const allServers = (hosts: readonly PortHost[]): readonly RecordData[] =>
  serverData(hosts.flatMap(({ target, ports }) => ports.map(({ port }) => ({ target, port }))))

/** `_http._tcp` in front of a Service; `_tcp` alone exists and holds nothing; undefined where no port is called so. */
export const namedServers = (
  labels: readonly string[],
  hosts: readonly PortHost[],
): readonly RecordData[] | undefined => {
  const protocol = labels.at(-1)!
  const ofProtocol = hosts.flatMap(({ target, ports }) =>
    ports.filter((port) => port.protocol === protocol).map(({ name, port }) => ({ target, name, port })),
  )
  if (ofProtocol.length === 0 || labels.length > 2) return undefined
  if (labels.length === 1) return []
  const named = ofProtocol.filter(({ name }) => name !== '' && `_${foldName(name)}` === labels[0])
  return named.length === 0 ? undefined : serverData(named)
}

/**
 * Starts a list of addresses at a random place, so that clients that take the first spread. Servers are left in their
 * order: a client chooses among them by weight (RFC 2782).
 */
export const turn = (data: readonly RecordData[], random: () => number): readonly RecordData[] => {
  if (data.length < 2 || data.some(({ type }) => type !== 'A' && type !== 'AAAA')) return data
  const from = Math.floor(random() * data.length)
  return [...data.slice(from), ...data.slice(0, from)]
}
