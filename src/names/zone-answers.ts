import { foldName, labelsBelow, reverseAddress, serviceHost } from './dns-name.ts'
import { ExtendedError, STILL_READING } from './extended-error.ts'
import { type Answer, type Question, Rcode, type RecordData, RecordType, type ResourceRecord } from './record.ts'
import { addressData, allServers, namedServers, pick, turn } from './record-data.ts'
import type { ZoneContents } from './zone-contents.ts'

/** Version of the Kubernetes DNS specification that the records follow. */
const SCHEMA_VERSION = '1.1.0'
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

interface RecordSet {
  readonly name: string
  readonly data: readonly RecordData[]
}

/**
 * Answers questions from what a zone holds: the cluster's own zone, and the reverse zones of the addresses in it. Nothing
 * is rendered ahead.
 */
export class ZoneAnswers {
  readonly #contents: ZoneContents

  constructor(contents: ZoneContents) {
    this.#contents = contents
  }

  /** Undefined where the question is not ours to answer. `random` gives [0, 1) and turns lists of addresses. */
  answer(question: Question, random: () => number): ZoneAnswer | undefined {
    const name = foldName(question.name)
    if (labelsBelow(name, this.#contents.domain)) return this.#forward(question, name, random)
    const address = reverseAddress(name)
    const targets = address ? this.#contents.namesOf(address) : []
    if (targets.length === 0) return this.#withoutName(name)
    const data = pick(
      targets.map((target): RecordData => ({ type: 'PTR', target })),
      question.type,
    )
    // Of the reverse zones only the addresses in use are ours, each a zone of its own.
    return data.length > 0
      ? this.#positive(question, [{ name: question.name, data }], random)
      : this.#negative(Rcode.NOERROR, [], name)
  }

  #forward(question: Question, name: string, random: () => number): ZoneAnswer {
    const sets: RecordSet[] = []
    let at = name
    for (let step = 0; step < MAX_CHAIN; step++) {
      const labels = labelsBelow(at, this.#contents.domain)
      if (!labels) return { ...this.#positive(question, sets, random), follow: at }
      const node = this.#lookup(labels)
      // The name as it was asked comes back letter for letter: resolvers check it (0x20 encoding).
      const owner = step === 0 ? question.name : at
      // A chain has the answer of its last name (RFC 6604), with the CNAMEs that led there.
      if (!node) return this.#unknown(this.#recordsOf(sets, random))
      const cname = node.find((data): data is RecordData & { type: 'CNAME'; target: string } => data.type === 'CNAME')
      if (!cname || question.type === RecordType.CNAME || question.type === RecordType.ANY) {
        const data = pick(node, question.type)
        if (data.length === 0) return this.#negative(Rcode.NOERROR, this.#recordsOf(sets, random))
        sets.push({ name: owner, data })
        return this.#positive(question, sets, random)
      }
      sets.push({ name: owner, data: [cname] })
      at = cname.target
    }
    return {
      ...this.#negative(Rcode.SERVFAIL),
      extendedError: { code: ExtendedError.OTHER, text: `ExternalName Services form a loop at ${at}` },
    }
  }

  /** A reverse name that leads to none: who else could know it, where the range is the cluster's? */
  #withoutName(name: string): ZoneAnswer | undefined {
    const own = this.#contents.ranges.find(name)
    if (own === undefined) return undefined
    return own.isAddress ? this.#unknown([], own.apex) : this.#negative(Rcode.NOERROR, [], own.apex)
  }

  #recordsOf(sets: readonly RecordSet[], random: () => number): readonly ResourceRecord[] {
    const { ttl } = this.#contents.settings
    return sets.flatMap(({ name, data }) => turn(data, random).map((item) => ({ name, ttl, data: item })))
  }

  #lookup(labels: readonly string[]): Node {
    const depth = labels.length
    const last = labels[depth - 1]
    if (depth === 0) return [this.#soa().data, { type: 'NS', target: `ns.dns.${this.#contents.domain}` }]
    if (last === 'dns-version') return depth === 1 ? [{ type: 'TXT', strings: [SCHEMA_VERSION] }] : undefined
    if (last === 'dns')
      return depth === 1
        ? []
        : depth === 2 && labels[0] === 'ns'
          ? this.#contents.dnsAddresses.map(addressData)
          : undefined
    if (last !== 'svc' && last !== 'pod') return undefined
    if (last === 'pod' && this.#contents.settings.pods === 'disabled') return undefined
    if (depth === 1) return []
    const namespace = labels[depth - 2]!
    if (depth === 2) return this.#contents.hasNamespace(namespace) ? [] : undefined
    return last === 'pod' ? this.#podNode(labels, namespace) : this.#serviceNode(labels.slice(0, -2), namespace)
  }

  /**
   * Only addresses of pods that are there, unless it is set so: an answer for any address vouches for names that nobody
   * owns.
   */
  #podNode(labels: readonly string[], namespace: string): Node {
    const address = labels.length === 3 ? this.#contents.podAddress(namespace, labels[0]!) : undefined
    return address && [addressData(address)]
  }

  #serviceNode(labels: readonly string[], namespace: string): Node {
    const name = labels.at(-1)!
    const records = this.#contents.serviceOf(namespace, name)
    if (!records) return undefined
    const host = serviceHost(namespace, name, this.#contents.domain)
    const below = labels.slice(0, -1)
    switch (records.kind) {
      case 'external-name':
        return below.length === 0 ? [{ type: 'CNAME', target: records.target }] : undefined
      case 'cluster-ip': {
        const hosts = [{ target: host, ports: records.ports }]
        return below.length === 0
          ? [...records.addresses.map(addressData), ...allServers(hosts)]
          : namedServers(below, hosts)
      }
      case 'headless': {
        // Without a ready endpoint the name itself is gone (specification 2.4.1).
        if (records.hosts.size === 0) return undefined
        const endpoint = below.length === 1 ? records.hosts.get(below[0]!) : undefined
        const found = endpoint ? [endpoint] : [...records.hosts.values()]
        const hosts = found.map(({ label, ports }) => ({ target: `${label}.${host}`, ports }))
        return endpoint || below.length === 0
          ? [...found.flatMap(({ addresses }) => addresses.map(addressData)), ...allServers(hosts)]
          : namedServers(below, hosts)
      }
    }
  }

  #positive(question: Question, sets: readonly RecordSet[], random: () => number): ZoneAnswer {
    const answers = this.#recordsOf(sets, random)
    const named = answers.flatMap(({ data }) => (data.type === 'SRV' || data.type === 'NS' ? [data.target] : []))
    const additional =
      question.type === RecordType.ANY ? [] : [...new Set(named)].flatMap((at) => this.#addressesOf(at))
    return { rcode: Rcode.NOERROR, authoritative: true, answers, authority: [], additional }
  }

  #addressesOf(name: string): readonly ResourceRecord[] {
    const node = this.#lookup(labelsBelow(name, this.#contents.domain) ?? ['']) ?? []
    return node.flatMap((data) =>
      data.type === 'A' || data.type === 'AAAA' ? [{ name, ttl: this.#contents.settings.ttl, data }] : [],
    )
  }

  #unknown(answers: readonly ResourceRecord[], apex?: string): ZoneAnswer {
    if (!this.#contents.filling) return this.#negative(Rcode.NXDOMAIN, answers, apex)
    return { ...this.#negative(Rcode.SERVFAIL, [], apex), extendedError: STILL_READING }
  }

  /** `apex`: the zone that the name lies in. Its SOA says for how long the answer may be remembered (RFC 2308). */
  #negative(rcode: number, answers: readonly ResourceRecord[] = [], apex = this.#contents.domain): ZoneAnswer {
    const authority = [{ ...this.#soa(), name: apex }]
    return { rcode, authoritative: true, answers, authority, additional: [] }
  }

  #soa(): ResourceRecord {
    const { ttl } = this.#contents.settings
    const primary = `ns.dns.${this.#contents.domain}`
    const mailbox = `hostmaster.${this.#contents.domain}`
    const data: RecordData = {
      type: 'SOA',
      primary,
      mailbox,
      serial: this.#contents.revision >>> 0,
      refresh: 7200,
      retry: 1800,
      expire: 86400,
      minimum: ttl,
    }
    return { name: this.#contents.domain, ttl, data }
  }
}
