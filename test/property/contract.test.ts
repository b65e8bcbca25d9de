import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { evaluate } from '#dataplane/nftables/evaluate.ts'
import { Pins } from '../contract/affinity.ts'
import { CLAUSES, type Clause } from '../contract/clause.ts'
import { decide, pinnable } from '../contract/contract.ts'
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
import { Dataplane, evaluated, textOf, textOfVerdict } from './dataplane.ts'
import { packetOf, packetPlan, resolved } from './packets.ts'
import { isOwnAddress } from './plan.ts'

/** FAIRLEAD_SEED repeats a run; FAIRLEAD_MUTANT: a run over a seeded defect, which need not count nor shrink. */
const isMutant = process.env.FAIRLEAD_MUTANT !== undefined
const seed = Number(process.env.FAIRLEAD_SEED ?? (isMutant ? 1 : Date.now() & 0x7fffffff))
const RUNS = Number(process.env.FAIRLEAD_RUNS ?? 900)
const HITS = 100
const PACKETS = 20_000

const scenario = fc.record({
  zone: zonePlan,
  services: servicePlans,
  first: fc.array(packetPlan, { minLength: 20, maxLength: 30, size: 'max' }),
  steps: fc.array(
    fc.record({ change: changePlan, packets: fc.array(packetPlan, { minLength: 6, maxLength: 10, size: 'max' }) }),
    { minLength: 3, maxLength: 5, size: 'max' },
  ),
})

const hits = new Map<Clause, number>(Object.keys(CLAUSES).map((clause) => [clause as Clause, 0]))
let packets = 0
let agreed = false

function hold(cluster: Cluster, dataplane: Dataplane, packet: Packet, pins: Pins): void {
  packets++
  const told = new Set<Clause>()
  const expected = decide(cluster, packet, pins, (clause) => told.add(clause))
  for (const clause of told) hits.set(clause, (hits.get(clause) ?? 0) + 1)
  const got = textOf(dataplane.outcomes(packet))
  if (got !== textOfVerdict(expected))
    throw new Error(disagreement(cluster, packet, textOfVerdict(expected), got, told))
  if (expected.kind !== 'dnat' || expected.affinitySeconds === undefined) return
  // The client connects, and both learn to whom.
  const random = (n: number) => (packets * 7919) % n
  const { verdict } = evaluate(dataplane.ruleset, evaluated(packet), { random, isNode: isOwnAddress })
  assert.equal(verdict.kind, 'dnat')
  if (verdict.kind === 'dnat') pins.record(expected.servicePort, packet, verdict.to, expected.backends.length)
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

test('the contract holds for the ruleset: generated clusters, changes and packets', (t) => {
  const started = performance.now()
  const run = fc.check(
    fc.property(scenario, ({ zone, services, first, steps }) => {
      let plans: Plans = services
      let cluster = clusterOf(plans, zone)
      const dataplane = new Dataplane(cluster)
      dataplane.change(services.map(objectsOf), [])
      const pins = new Pins()
      for (const plan of resolved(first)) hold(cluster, dataplane, packetOf(plan, cluster), pins)
      for (const { change, packets: then } of steps) {
        const before = plans
        plans = changed(before, change)
        const { written, gone } = differences(before, plans)
        cluster = clusterOf(plans, zone)
        dataplane.change(written, gone)
        pins.release(pinnable(cluster))
        // The same clients at the same frontends, so that those who hold to an endpoint come again; and new ones.
        for (const plan of resolved([...first.slice(0, 8), ...then]))
          hold(cluster, dataplane, packetOf(plan, cluster), pins)
      }
    }),
    { seed, numRuns: RUNS, endOnFailure: isMutant, verbose: 0 },
  )
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
