import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { Pins } from '../contract/affinity.ts'
import { CLAUSES, type Clause } from '../contract/clause.ts'
import { decide, pinnable } from '../contract/contract.ts'
import { type Flow, isStale } from '../contract/flows.ts'
import type { Cluster, Packet } from '../contract/model.ts'
import {
  changed,
  changePlan,
  clusterOf,
  differences,
  objectsOf,
  type Plans,
  servicePlans,
  zonePlan,
} from './clusters.ts'
import { Dataplane, textOf, textOfVerdict } from './dataplane.ts'
import { type PacketPlan, packetOf, packetPlan, resolved, waitOf } from './packets.ts'

/** FAIRLEAD_SEED repeats a run; FAIRLEAD_MUTANT: a run over a defect that was sown for this line of the contract: it need not count nor shrink, and tells which lines catch it. */
const line = process.env.FAIRLEAD_MUTANT as Clause | undefined
const isMutant = line !== undefined
const seed = Number(process.env.FAIRLEAD_SEED ?? (isMutant ? 1 : Date.now() & 0x7fffffff))
const RUNS = Number(process.env.FAIRLEAD_RUNS ?? 1200)
const HITS = 100
const PACKETS = 20_000
/** Clusters in which a defect shows until it is known well enough which lines catch it. */
const ENOUGH = 3

const packetPlans = fc.array(packetPlan, { minLength: 6, maxLength: 10, size: 'max' })

/** A Service goes, or first its session affinity, and one like it comes: who held to the one before is not bound to the new one. */
const succession = fc
  .record({ change: changePlan, packets: fc.tuple(packetPlans, packetPlans, packetPlans), released: fc.boolean() })
  .map(({ change, packets, released }) =>
    (['toggle', 'gone', 'gone'] as const)
      .map((fields, at) => ({
        change: { ...change, fields, by: { ...change.by, affinity: 10 } as const },
        packets: packets[at] ?? [],
      }))
      .slice(released ? 0 : 1),
  )

const scenario = fc.record({
  zone: zonePlan,
  services: servicePlans,
  first: fc.array(packetPlan, { minLength: 20, maxLength: 30, size: 'max' }),
  steps: fc.oneof(
    {
      weight: 8,
      arbitrary: fc.array(fc.record({ change: changePlan, packets: packetPlans }), {
        minLength: 3,
        maxLength: 5,
        size: 'max',
      }),
    },
    { weight: 2, arbitrary: succession },
  ),
})

const hits = new Map<Clause, number>(Object.keys(CLAUSES).map((clause) => [clause as Clause, 0]))
let packets = 0
let agreed = false

/** A packet of which the contract says something else than the ruleset, and the lines that it says it by. */
class Disagreement extends Error {
  readonly lines: ReadonlySet<Clause>
  constructor(message: string, lines: ReadonlySet<Clause>) {
    super(message)
    this.lines = lines
  }
}

/** Gives the UDP flows that the packet may have begun. */
function hold(cluster: Cluster, dataplane: Dataplane, plan: PacketPlan, pins: Pins): readonly Flow[] {
  packets++
  const packet = packetOf(plan, cluster)
  const seconds = waitOf(plan, cluster)
  pins.pass(seconds)
  dataplane.pass(seconds)
  const told = new Set<Clause>()
  const expected = decide(cluster, packet, pins, (clause) => told.add(clause))
  for (const clause of told) hits.set(clause, (hits.get(clause) ?? 0) + 1)
  const got = textOf(dataplane.outcomes(packet), { timed: true })
  const wanted = textOfVerdict(expected, { timed: true })
  if (got !== wanted) throw new Disagreement(disagreement(cluster, packet, wanted, got, told), told)
  const flows: readonly Flow[] =
    packet.protocol !== 'UDP' || packet.stray || expected.kind === 'drop' || expected.kind === 'reject'
      ? []
      : expected.kind === 'pass'
        ? [{ packet, backend: undefined }]
        : expected.backends.map((backend) => ({ packet, backend }))
  if (expected.kind !== 'dnat' || expected.affinitySeconds === undefined) return flows
  // The client connects, and both learn to whom.
  const { verdict } = dataplane.connect(packet, (n) => (packets * 7919) % n)
  assert.equal(verdict.kind, 'dnat')
  if (verdict.kind === 'dnat')
    pins.record(expected.servicePort, packet, verdict.to, {
      among: expected.backends.length,
      seconds: expected.affinitySeconds,
    })
  return flows
}

/** That a change of the cluster makes the kernel forget the flows that it must, and no other. */
function holdFlow(before: Cluster, after: Cluster, dataplane: Dataplane, flow: Flow): void {
  const told = new Set<Clause>()
  const expected = isStale(before, after, flow, (clause) => told.add(clause))
  for (const clause of told) hits.set(clause, (hits.get(clause) ?? 0) + 1)
  const filter = dataplane.forgets(flow)
  // Flows by a node port that is gone are told by their port alone, whatever address they went to.
  if (told.size === 0 || (filter !== undefined) === expected || (filter?.original.address === undefined && !expected))
    return
  const said = (forgets: boolean) => (forgets ? 'it is forgotten' : 'it goes on')
  const about = `${JSON.stringify(flow.backend)}\nbefore ${stringify(before.services, { aliasDuplicateObjects: false })}`
  throw new Disagreement(`${disagreement(after, flow.packet, said(expected), said(!expected), told)}\n${about}`, told)
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.message.startsWith('contract') ? error.message : `${error.stack}`) : String(error)

function disagreement(
  cluster: Cluster,
  packet: Packet,
  expected: string,
  got: string,
  told: ReadonlySet<Clause>,
): string {
  const near = cluster.services.map(({ metadata, spec, status }) => ({
    name: `${metadata?.namespace}/${metadata?.name}`,
    created: metadata?.creationTimestamp,
    labels: metadata?.labels,
    spec,
    status,
    slices: cluster.slices
      .filter((one) => one.metadata?.labels?.['kubernetes.io/service-name'] === metadata?.name)
      .map(({ metadata: { name, labels } = {}, addressType, endpoints, ports }) => ({
        name,
        labels,
        addressType,
        ports,
        endpoints,
      })),
  }))
  const clauses = [...told].map((clause) => `  ${clause}: ${CLAUSES[clause]}`).join('\n')
  return `contract and ruleset disagree\n${stringify({ node: cluster.node, services: near }, { aliasDuplicateObjects: false })}\npacket: ${JSON.stringify(packet)}\n\nthe contract says\n  ${expected.replaceAll('\n', '\n  ')}\nby\n${clauses}\nthe ruleset says\n  ${got.replaceAll('\n', '\n  ')}\n`
}

function live({ zone, services, first, steps }: typeof scenario extends fc.Arbitrary<infer T> ? T : never): void {
  let plans: Plans = services
  let cluster = clusterOf(plans, zone)
  const dataplane = new Dataplane(cluster)
  dataplane.change(services.map(objectsOf), [])
  const pins = new Pins()
  let flows = resolved(first).flatMap((plan) => hold(cluster, dataplane, plan, pins))
  for (const { change, packets: then } of steps) {
    const before = plans
    plans = changed(before, change)
    const { written, gone } = differences(before, plans)
    const was = cluster
    cluster = clusterOf(plans, zone)
    dataplane.change(written, gone)
    pins.release(pinnable(cluster))
    // The same clients at the same frontends, so that those who hold to an endpoint come again; and new ones.
    for (const flow of flows) holdFlow(was, cluster, dataplane, flow)
    const next = resolved([...first.slice(0, 8), ...then])
    // Somebody may have tried before the change what it brings.
    for (const packet of next.map((plan) => packetOf(plan, cluster)))
      if (packet.protocol === 'UDP' && !packet.stray) holdFlow(was, cluster, dataplane, { packet, backend: undefined })
    flows = next.flatMap((plan) => hold(cluster, dataplane, plan, pins))
  }
}

/** The lines that had a say in the first packet that went wrong, cluster by cluster: only of that one, as pins may have gone apart since. */
const caught: (readonly Clause[])[] = []

function watch(generated: Parameters<typeof live>[0]): void {
  try {
    live(generated)
  } catch (error) {
    if (!(error instanceof Disagreement)) throw error
    caught.push([...error.lines])
    if (caught.length >= ENOUGH && caught.some((lines) => lines.includes(line as Clause))) throw error
  }
}

test('the contract holds for the ruleset: generated clusters, changes and packets', (t) => {
  const started = performance.now()
  const run = fc.check(fc.property(scenario, isMutant ? watch : live), {
    seed,
    numRuns: RUNS,
    endOnFailure: isMutant,
    verbose: 0,
  })
  if (caught.length > 0) {
    process.stdout.write(`\ncaught: ${JSON.stringify(caught)}\n`)
    assert.fail('contract and ruleset disagree')
  }
  if (run.failed)
    throw new Error(
      `seed ${seed} (FAIRLEAD_SEED repeats it), run ${run.numRuns}, shrunk ${run.numShrinks} times: ${messageOf(run.errorInstance)}`,
    )
  agreed = true
  t.diagnostic(`seed ${seed}: ${packets} packets in ${Math.round(performance.now() - started)} ms`)
})

test('each line of the contract was asked for at least a hundred times', {
  skip: isMutant && 'a seeded defect',
}, (t) => {
  if (!agreed) return t.skip('they disagree')
  const counts = [...hits].sort(([, left], [, right]) => left - right)
  const text = counts.map(([clause, count]) => `${String(count).padStart(6)} ${clause}`).join('\n')
  t.diagnostic(
    `least: ${counts
      .slice(0, 5)
      .map(([clause, count]) => `${clause} ${count}`)
      .join(', ')}`,
  )
  assert.ok(packets >= PACKETS, `${packets} packets are fewer than ${PACKETS}`)
  assert.ok(
    counts.every(([, count]) => count >= HITS),
    `seed ${seed}: a line of the contract was asked for fewer than ${HITS} times\n${text}`,
  )
})
