import type { Service } from '#api/core-v1.ts'
import type { EndpointSlice } from '#api/discovery-v1.ts'
import { addressBytes } from '#net/ip-address.ts'
import type { Answer, Question, RecordData, ResourceRecord } from './message.ts'
import { Rcode, RecordType } from './message.ts'
import { dashedAddress, foldName, labelsBelow, reverseAddress } from './zone-name.ts'
import { type NamedPort, type ServiceRecords, serviceRecords } from './zone-service.ts'

/** Version of the Kubernetes DNS specification that the records follow. */
export const SCHEMA_VERSION = '1.1.0'
/** Seconds; short, because endpoints come and go. CoreDNS ships the same. */
const TTL = 5
/** A CNAME chain inside the zone longer than this is a loop of ExternalName Services. */
const MAX_CHAIN = 8

/**
 * What a name holds: its records of all types; an empty list is a name that exists without any (an empty non-terminal).
 */
type Node = readonly RecordData[] | undefined

export interface ZoneAnswer extends Answer {
  /** A CNAME of ours led out of the zone: the name that an upstream server has to be asked for. */
  readonly follow?: string
}

const key = (bytes: Uint8Array): string => bytes.join('.')
const addressData = (address: Uint8Array): RecordData => ({ type: address.length === 4 ? 'A' : 'AAAA', address })

/**
 * The cluster's DNS zone, and the reverse zones of the addresses in it. Changes touch one Service, Pod or Namespace; a
 * question is answered from indexes, nothing is rendered ahead.
 */
export class Zone {
  readonly domain: string
  readonly #dnsAddresses: readonly Uint8Array[]
  readonly #services = new Map<string, ServiceRecords>()
  readonly #namespaces = new Set<string>()
  /** Dashed address → namespaces with a pod that has it. */
  readonly #pods = new Map<string, Map<string, number>>()
  readonly #reverse = new Map<string, Map<string, string>>()
  #serial = 1

  constructor(domain: string, dnsAddresses: readonly string[]) {
    this.domain = foldName(domain)
    this.#dnsAddresses = dnsAddresses.map(addressBytes)
  }

  setNamespace(name: string, exists: boolean): void {
    if (exists) this.#namespaces.add(name)
    else this.#namespaces.delete(name)
  }

  /** `service` undefined: it is gone. `slices` are all slices labelled with its name. */
  setService(namespace: string, name: string, service: Service | undefined, slices: readonly EndpointSlice[]): void {
    const id = `${namespace}/${name}`
    this.#serial++
    const before = this.#services.get(id)
    for (const [address] of before ? this.#reverseNames(namespace, name, before) : []) {
      const names = this.#reverse.get(address)
      names?.delete(id)
      if (names?.size === 0) this.#reverse.delete(address)
    }
    const records = service && serviceRecords(service, slices)
    if (!records) {
      this.#services.delete(id)
      return
    }
    this.#services.set(id, records)
    for (const [address, target] of this.#reverseNames(namespace, name, records)) {
      const names = this.#reverse.get(address) ?? new Map<string, string>()
      names.set(id, target)
      this.#reverse.set(address, names)
    }
  }

  /** Counts a pod's address in or out: two pods of one namespace may hold one address for a moment. */
  setPodAddress(namespace: string, address: string, present: boolean): void {
    const dashed = dashedAddress(address)
    const namespaces = this.#pods.get(dashed) ?? new Map<string, number>()
    const count = (namespaces.get(namespace) ?? 0) + (present ? 1 : -1)
    if (count > 0) namespaces.set(namespace, count)
    else namespaces.delete(namespace)
    if (namespaces.size > 0) this.#pods.set(dashed, namespaces)
    else this.#pods.delete(dashed)
  }

  /** Undefined where the question is not ours to answer. `random` gives [0, 1) and turns lists of addresses. */
  answer(question: Question, random: () => number): ZoneAnswer | undefined {
    const name = foldName(question.name)
    if (labelsBelow(name, this.domain)) return this.#forward(question, name, random)
    const address = reverseAddress(name)
    const targets = address && this.#reverse.get(key(address))
    if (!targets) return undefined
    const data = [...targets.values()].map((target): RecordData => ({ type: 'PTR', target }))
    return this.#reply(question, [{ name: question.name, data: pick(data, question.type) }], random)
  }

  /** The answer for a name that should be ours and is not there. */
  unknown(): Answer {
    return this.#negative(Rcode.NXDOMAIN)
  }

  #forward(question: Question, name: string, random: () => number): ZoneAnswer {
    const sets: { name: string; data: readonly RecordData[] }[] = []
    let at = name
    for (let step = 0; step < MAX_CHAIN; step++) {
      const labels = labelsBelow(at, this.domain)
      if (!labels) return { ...this.#reply(question, sets, random), follow: at }
      const node = this.#lookup(labels)
      // The name as it was asked comes back letter for letter: resolvers check it (0x20 encoding).
      const owner = step === 0 ? question.name : at
      if (!node) return sets.length > 0 ? this.#reply(question, sets, random) : this.#negative(Rcode.NXDOMAIN)
      const cname = node.find((data): data is RecordData & { type: 'CNAME'; target: string } => data.type === 'CNAME')
      if (!cname || question.type === RecordType.CNAME || question.type === RecordType.ANY) {
        sets.push({ name: owner, data: pick(node, question.type) })
        return this.#reply(question, sets, random)
      }
      sets.push({ name: owner, data: [cname] })
      at = cname.target
    }
    return {
      ...this.#negative(Rcode.SERVFAIL),
      extendedError: { code: 0, text: `ExternalName Services form a loop at ${at}` },
    }
  }

  #lookup(labels: readonly string[]): Node {
    const depth = labels.length
    const last = labels[depth - 1]
    if (depth === 0) return [this.#soa().data, { type: 'NS', target: `ns.dns.${this.domain}` }]
    if (last === 'dns-version') return depth === 1 ? [{ type: 'TXT', strings: [SCHEMA_VERSION] }] : undefined
    if (last === 'dns')
      return depth === 1 ? [] : depth === 2 && labels[0] === 'ns' ? this.#dnsAddresses.map(addressData) : undefined
    if (last !== 'svc' && last !== 'pod') return undefined
    if (depth === 1) return []
    const namespace = labels[depth - 2]!
    if (depth === 2) return this.#namespaces.has(namespace) ? [] : undefined
    return last === 'pod' ? this.#podNode(labels, namespace) : this.#serviceNode(labels.slice(0, -2), namespace)
  }

  /** Only addresses of pods that are there: an answer for any address would vouch for names that nobody owns. */
  #podNode(labels: readonly string[], namespace: string): Node {
    const dashed = labels[0]!
    if (labels.length !== 3 || !this.#pods.get(dashed)?.has(namespace)) return undefined
    const v4 = /^\d+-\d+-\d+-\d+$/.test(dashed)
    return [addressData(addressBytes(dashed.replaceAll('-', v4 ? '.' : ':')))]
  }

  #serviceNode(labels: readonly string[], namespace: string): Node {
    const name = labels.at(-1)!
    const records = this.#services.get(`${namespace}/${name}`)
    if (!records) return undefined
    const host = `${name}.${namespace}.svc.${this.domain}`
    const below = labels.slice(0, -1)
    switch (records.kind) {
      case 'external-name':
        return below.length === 0 ? [{ type: 'CNAME', target: records.target }] : undefined
      case 'cluster-ip':
        if (below.length === 0) return records.addresses.map(addressData)
        return servers(below, [{ target: host, ports: records.ports }])
      case 'headless': {
        // Without a ready endpoint the name itself is gone (specification 2.4.1).
        if (records.hosts.length === 0) return undefined
        if (below.length === 0) return records.hosts.flatMap((endpoint) => endpoint.addresses.map(addressData))
        const endpoint = below.length === 1 ? records.hosts.find(({ label }) => label === below[0]) : undefined
        if (endpoint) return endpoint.addresses.map(addressData)
        return servers(
          below,
          records.hosts.map(({ label, ports }) => ({ target: `${label}.${host}`, ports })),
        )
      }
    }
  }

  *#reverseNames(namespace: string, name: string, records: ServiceRecords): Generator<readonly [string, string]> {
    const host = `${name}.${namespace}.svc.${this.domain}`
    if (records.kind === 'cluster-ip') for (const address of records.addresses) yield [key(address), host]
    if (records.kind === 'headless')
      for (const { label, addresses } of records.hosts)
        for (const address of addresses) yield [key(address), `${label}.${host}`]
  }

  #reply(
    question: Question,
    sets: readonly { name: string; data: readonly RecordData[] }[],
    random: () => number,
  ): ZoneAnswer {
    const answers = sets.flatMap(({ name, data }) =>
      turn(data, random).map((item): ResourceRecord => ({ name, ttl: TTL, data: item })),
    )
    if (answers.length === 0) return this.#negative(Rcode.NOERROR)
    const additional: ResourceRecord[] = []
    if (question.type === RecordType.SRV) {
      const targets = new Set(answers.flatMap(({ data }) => (data.type === 'SRV' ? [data.target] : [])))
      for (const target of targets)
        for (const data of this.#lookup(labelsBelow(target, this.domain) ?? ['']) ?? [])
          if (data.type === 'A' || data.type === 'AAAA') additional.push({ name: target, ttl: TTL, data })
    }
    return { rcode: Rcode.NOERROR, authoritative: true, answers, authority: [], additional }
  }

  #negative(rcode: number): ZoneAnswer {
    return { rcode, authoritative: true, answers: [], authority: [this.#soa()], additional: [] }
  }

  #soa(): ResourceRecord {
    const primary = `ns.dns.${this.domain}`
    const mailbox = `hostmaster.${this.domain}`
    const data: RecordData = {
      type: 'SOA',
      primary,
      mailbox,
      serial: this.#serial >>> 0,
      refresh: 7200,
      retry: 1800,
      expire: 86400,
      minimum: TTL,
    }
    return { name: this.domain, ttl: TTL, data }
  }
}

const pick = (node: readonly RecordData[], type: number): readonly RecordData[] =>
  type === RecordType.ANY ? node : node.filter((data) => RecordType[data.type] === type)

/** `_http._tcp` in front of a Service; `_tcp` alone exists and holds nothing. Priority 0, one weight for all. */
const servers = (
  labels: readonly string[],
  hosts: readonly { target: string; ports: readonly NamedPort[] }[],
): Node => {
  const protocol = labels.at(-1)!
  const ofProtocol = hosts.flatMap(({ target, ports }) =>
    ports.filter((port) => port.protocol === protocol).map((port) => ({ target, port })),
  )
  if (ofProtocol.length === 0 || labels.length > 2) return undefined
  if (labels.length === 1) return []
  const named = ofProtocol.filter(({ port }) => port.name !== '' && `_${foldName(port.name)}` === labels[0])
  if (named.length === 0) return undefined
  return named.map(
    ({ target, port }): RecordData => ({
      type: 'SRV',
      priority: 0,
      weight: Math.floor(100 / named.length) || 1,
      port: port.port,
      target,
    }),
  )
}

/** Starts the list at a random place, so that clients that take the first address spread. */
const turn = (data: readonly RecordData[], random: () => number): readonly RecordData[] => {
  if (data.length < 2 || data.some(({ type }) => type === 'CNAME')) return data
  const from = Math.floor(random() * data.length)
  return [...data.slice(from), ...data.slice(0, from)]
}
