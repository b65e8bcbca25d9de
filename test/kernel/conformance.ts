import { stringify } from 'yaml'
import { Pins } from '../contract/affinity.ts'
import { CLAUSES, type Clause } from '../contract/clause.ts'
import { decide } from '../contract/contract.ts'
import { type Flow, isStale } from '../contract/flows.ts'
import type { Cluster, Packet, Verdict } from '../contract/model.ts'
import { NODE_PORTS } from '../property/clusters.ts'
import { agrees, type Expectation, expectationOf, indexOf } from './expectation.ts'
import type { Met } from './plan-network.ts'
import type { Outcome, Prober, Sent } from './prober.ts'

/** A drop is believed after so many milliseconds; and nothing may have come to anybody in the end either. */
const DROP_MS = 250
/** Anything else has time, on a machine that stands still for a moment too. */
const PATIENCE_MS = 6000
/** Clients at a time. */
const AT_A_TIME = 48
/** Packets of one kind in one state of a cluster. */
const ALIKE = 2
/** All of up to so many backends must be met. */
const ALL_MET = 4
/** That one of them is not met by bad luck: once in a million runs of 5,000 packets that are asked so. */
const FALSE_ALARM = 1e-6 / 5000
/**
 * Session affinity of the plan lasts 10 s at the least: what is later than this in a scenario is not asked for any
 * more.
 */
const PINNED_MS = 7000

/** One state of a generated cluster. */
interface Case {
  readonly cluster: Cluster
  readonly pins: Pins
  /** When the scenario began, by performance.now(). */
  readonly since: number
  /** What repeats it. */
  readonly told: string
}

/** A UDP flow, by the client's port, with whom it has met. */
interface KnownFlow {
  readonly packet: Packet
  readonly port: number
  readonly met: Met
}

/** Holds what the kernel does with packets against what the contract says, and counts. */
export class Conformance {
  readonly counts = new Map<string, number>()
  readonly clauses = new Set<Clause>()
  readonly #prober: Prober
  /** That nobody was met after all, of each packet that was to be refused or dropped. */
  readonly #late: (() => void)[] = []
  #flows: KnownFlow[] = []

  constructor(prober: Prober) {
    this.#prober = prober
  }

  /**
   * Asks some packets of each kind, many at a time; and again by the UDP flows that began in the `last` state. Throws
   * where the kernel does otherwise.
   */
  async hold(given: Case, packets: readonly Packet[], last?: Cluster): Promise<void> {
    const chains = new Map<string, (() => Promise<void>)[]>()
    // One after the other where the answer to one decides on the next.
    const enqueue = (packet: Packet, verdict: Verdict, ask: () => Promise<void>) => {
      const key = isSticky(verdict) ? `${verdict.servicePort} ${packet.source}` : `${chains.size}`
      const chain = chains.get(key) ?? []
      chains.set(key, chain)
      chain.push(ask)
    }
    const flows = this.#flows
    this.#flows = []
    for (const flow of flows) {
      const stale = last && this.#isStale(last, given.cluster, flow)
      const verdict = decide(given.cluster, flow.packet, new Pins())
      if (stale !== undefined) enqueue(flow.packet, verdict, () => this.#askFlow(given, flow, stale))
    }
    for (const [packet, verdict] of this.#choose(given.cluster, packets)) {
      this.#count('cases')
      enqueue(packet, verdict, () =>
        isSticky(verdict) ? this.#askPinned(given, packet) : this.#askAll(given, packet, verdict),
      )
    }
    const queue = [...chains.values()]
    const client = async () => {
      for (let chain = queue.shift(); chain !== undefined; chain = queue.shift()) for (const one of chain) await one()
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, client))
    for (const check of this.#late) check()
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1)
  }

  /** Packets of all kinds that there are, few of each. */
  #choose(cluster: Cluster, packets: readonly Packet[]): readonly (readonly [Packet, Verdict])[] {
    const kinds = new Map<string, number>()
    const known = new Set<string>()
    return packets.flatMap((packet) => {
      const text = JSON.stringify(packet)
      if (known.has(text)) return []
      known.add(text)
      const told: Clause[] = []
      const verdict = decide(cluster, packet, new Pins(), (clause) => told.push(clause))
      const role = told.find((clause) => clause.startsWith('frontend/') || clause.startsWith('guard/'))
      const several = verdict.kind === 'dnat' && verdict.backends.length > 1
      const { protocol, entry, destination } = packet
      const kind = [kindOf(verdict, packet), protocol, destination.includes(':'), entry, role, several].join(' ')
      const among = (kinds.get(kind) ?? 0) + 1
      kinds.set(kind, among)
      const isRare = failsAtOnce(packet) || (several && !isSticky(verdict))
      if (among > (verdict.kind === 'pass' ? 1 : isRare ? 2 * ALIKE : ALIKE)) return []
      for (const clause of told) this.clauses.add(clause)
      return [[packet, verdict] as const]
    })
  }

  /** Sends a packet once. */
  async #ask(given: Case, packet: Packet, verdict: Verdict): Promise<Outcome> {
    const expected = expectationOf(verdict, packet)
    const sent = await this.#prober.send(packet, patienceFor(expected))
    const { outcome, port } = sent
    if (!agrees(expected, outcome, packet)) throw disagreement(given, packet, expected, outcome)
    this.#watch(given, packet, expected, sent)
    if (packet.protocol === 'UDP' && outcome.kind === 'met') this.#flows.push({ packet, port, met: outcome })
    this.#count('connections')
    this.#count(packet.protocol)
    this.#count(packet.destination.includes(':') ? 'IPv6' : 'IPv4')
    this.#count(kindOf(verdict, packet))
    return outcome
  }

  /** Where nobody was to be met, nobody may be met later either. */
  #watch(given: Case, packet: Packet, expected: Expectation, { met }: Sent): void {
    if (expected.kind === 'met') return
    this.#late.push(() => {
      const one = met()
      if (one !== undefined) throw disagreement(given, packet, expected, one)
    })
  }

  /** Undefined: the contract has nothing to say of it. */
  #isStale(before: Cluster, after: Cluster, { packet, met: { address, port } }: KnownFlow): boolean | undefined {
    const isTranslated = address !== packet.destination || port !== packet.port
    const flow: Flow = { packet, backend: isTranslated ? { address, port } : undefined }
    const told: Clause[] = []
    const stale = isStale(before, after, flow, (clause) => told.push(clause))
    const verdict = decide(after, packet, new Pins())
    // What went on untranslated, and would be refused by now.
    if (told.length === 0 && verdict.kind !== 'pass') return undefined
    // Flows by a node port that is gone are told by their port alone, whatever address they went to.
    if (!stale && NODE_PORTS.some((one) => one === packet.port)) return undefined
    for (const clause of told) this.clauses.add(clause)
    return stale
  }

  /** A flow that is stale is like a new one; another goes on where it went. */
  async #askFlow(given: Case, { packet, port, met }: KnownFlow, stale: boolean): Promise<void> {
    const verdict = decide(given.cluster, packet, given.pins)
    const expected: Expectation = stale ? expectationOf(verdict, packet) : { kind: 'met', by: [met] }
    const sent = await this.#prober.send(packet, patienceFor(expected), port)
    const { outcome } = sent
    if (!agrees(expected, outcome, packet))
      throw disagreement(given, packet, expected, outcome, `a UDP flow that had met ${JSON.stringify(met)}`)
    this.#watch(given, packet, expected, sent)
    this.#count(stale ? 'flows that were forgotten' : 'flows that went on')
    if (!stale || !isSticky(verdict) || outcome.kind !== 'met') return
    const { servicePort, backends, affinitySeconds: seconds } = verdict
    given.pins.record(servicePort, packet, outcome, { among: backends.length, seconds })
  }

  /** Asks until all of a few backends were met, or so often that it cannot be chance. */
  async #askAll(given: Case, packet: Packet, verdict: Verdict): Promise<void> {
    const expected = expectationOf(verdict, packet)
    const backends = expected.kind === 'met' ? expected.by : []
    const { length: k } = backends
    const all = k > 1 && k <= ALL_MET
    // P(one of k is never met in n tries) ≤ k (1 − 1/k)^n
    const most = all ? Math.ceil(Math.log(FALSE_ALARM / k) / Math.log(1 - 1 / k)) : k > ALL_MET ? 3 : 1
    // One that weighs more than others stands there so many times, and is met once.
    const wanted = new Set(backends.map((backend) => indexOf(backends, backend)))
    const seen = new Set<number>()
    for (let asked = 0; asked < most && (seen.size < wanted.size || !all); ) {
      const batch = Math.min(all ? k : most, most - asked)
      asked += batch
      const outcomes = await Promise.all(Array.from({ length: batch }, () => this.#ask(given, packet, verdict)))
      for (const outcome of outcomes) if (outcome.kind === 'met') seen.add(indexOf(backends, outcome))
    }
    if (!all) return
    this.#count('all of several')
    const missed = [...wanted].flatMap((index) => (seen.has(index) ? [] : (backends[index] ?? [])))
    if (missed.length > 0) throw disagreement(given, packet, expected, { kind: 'never met', missed, tries: most })
  }

  /** A client of session affinity: the first answer binds it. */
  async #askPinned(given: Case, packet: Packet): Promise<void> {
    const { cluster, pins, since } = given
    for (let round = 0; round < 3 && performance.now() - since < PINNED_MS; round++) {
      const verdict = decide(cluster, packet, pins, (clause) => this.clauses.add(clause))
      const outcome = await this.#ask(given, packet, verdict)
      if (verdict.kind !== 'dnat' || outcome.kind !== 'met') continue
      if (round > 0) this.#count('came again')
      const { servicePort, backends, affinitySeconds = 0 } = verdict
      pins.record(servicePort, packet, outcome, { among: backends.length, seconds: affinitySeconds })
    }
  }
}

const patienceFor = ({ kind }: Expectation): number => (kind === 'silence' ? DROP_MS : PATIENCE_MS)

type Sticky = Extract<Verdict, { kind: 'dnat' }> & { readonly affinitySeconds: number }
const isSticky = (verdict: Verdict): verdict is Sticky =>
  verdict.kind === 'dnat' && verdict.affinitySeconds !== undefined

/** What the node's own kernel does not let out fails when it is sent. */
const failsAtOnce = ({ entry, protocol }: Packet): boolean => entry === 'node' && protocol !== 'TCP'

/** What is counted apart. */
function kindOf(verdict: Verdict, packet: Packet): string {
  const where = failsAtOnce(packet) ? ' on the node itself' : ''
  switch (verdict.kind) {
    case 'pass':
      return 'passed'
    case 'drop':
      return `dropped${where}`
    case 'reject':
      return verdict.with === 'tcp-reset' ? 'reset' : `port unreachable${where}`
    case 'dnat': {
      const source = verdict.backends.some((one) => one.masquerade) ? 'masqueraded' : 'translated'
      return isSticky(verdict) ? `${source} with affinity` : source
    }
  }
}

interface NeverMet {
  readonly kind: 'never met'
  readonly missed: readonly Met[]
  readonly tries: number
}

function disagreement(
  { cluster, told }: Case,
  packet: Packet,
  expected: Expectation,
  observed: Outcome | Met | NeverMet,
  about = 'a new connection',
): Error {
  const decisive = new Set<Clause>()
  const verdict = decide(cluster, packet, new Pins(), (clause) => decisive.add(clause))
  const services = cluster.services.map(({ metadata, spec, status }) => ({
    name: `${metadata?.namespace}/${metadata?.name}`,
    created: metadata?.creationTimestamp,
    labels: metadata?.labels,
    spec,
    status,
    slices: cluster.slices.filter((one) => one.metadata?.labels?.['kubernetes.io/service-name'] === metadata?.name),
  }))
  return new Error(
    `contract and kernel disagree: ${told}
packet: ${JSON.stringify(packet)}, ${about}
expected: ${JSON.stringify(expected)}
observed: ${JSON.stringify(observed)}
the contract, of a client that is new: ${JSON.stringify(verdict)}, by
${[...decisive].map((clause) => `  ${clause}: ${CLAUSES[clause]}`).join('\n')}
${stringify({ node: cluster.node, services }, { aliasDuplicateObjects: false })}`,
  )
}
