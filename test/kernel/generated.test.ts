import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { Pins } from '../contract/affinity.ts'
import { CLAUSES, type Clause } from '../contract/clause.ts'
import { pinnable } from '../contract/contract.ts'
import type { Cluster, Packet } from '../contract/model.ts'
import { changed, changePlan, clusterOf, type Plans, servicePlans, zonePlan } from '../property/clusters.ts'
import { type PacketPlan, packetOf, packetPlan, resolved } from '../property/packets.ts'
import { Conformance } from './conformance.ts'
import { unrecognised } from './forgotten-pins.ts'
import { NodeUnderTest } from './node-under-test.ts'
import { PlanNetwork } from './plan-network.ts'
import { Prober } from './prober.ts'

/** FAIRLEAD_SEED repeats a run, as that of test/property/contract.test.ts. */
const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() & 0x7fffffff)
const SCENARIOS = process.env.FAIRLEAD_LONG === '1' ? 60 : 12

/** How often each is asked at the least, else the run fails. */
const LEAST: Readonly<Record<string, number>> = {
  cases: 1000,
  connections: 2000,
  TCP: 500,
  UDP: 300,
  SCTP: 200,
  IPv4: 500,
  IPv6: 500,
  passed: 20,
  translated: 20,
  masqueraded: 20,
  'translated with affinity': 20,
  'masqueraded with affinity': 20,
  'came again': 100,
  'all of several': 20,
  'flows that went on': 20,
  'flows that were forgotten': 20,
  reset: 20,
  dropped: 20,
  'dropped on the node itself': 20,
  'port unreachable': 20,
  'port unreachable on the node itself': 20,
}

const scenario = fc.record({
  zone: zonePlan,
  services: servicePlans,
  packets: fc.array(packetPlan, { minLength: 120, maxLength: 120, size: 'max' }),
  steps: fc.array(
    fc.record({
      changes: fc.array(changePlan, { minLength: 1, maxLength: 3 }),
      /** The process starts again over the tables that are there. */
      restart: fc.constantFrom(false, false, true),
      packets: fc.array(packetPlan, { minLength: 80, maxLength: 80, size: 'max' }),
    }),
    { minLength: 3, maxLength: 3, size: 'max' },
  ),
})

let network: PlanNetwork | undefined
let node: NodeUnderTest
let prober: Prober

before(async () => {
  network = PlanNetwork.create()
  node = new NodeUnderTest(network.node)
  prober = await Prober.start(network)
})

after(() => {
  node?.stop()
  prober?.stop()
  network?.remove()
})

/**
 * What plans mean in a cluster; and some of it as the node itself would send it, which is rare else. A socket cannot
 * send what belongs to no connection: invalid-packets.test.ts does.
 */
const packetsOf = (plans: readonly PacketPlan[], cluster: Cluster): readonly Packet[] =>
  resolved(plans)
    .flatMap((plan, index): readonly PacketPlan[] => (index % 4 === 0 ? [plan, { ...plan, from: 'node' }] : [plan]))
    .map((plan) => packetOf({ ...plan, stray: false }, cluster))

test('the contract holds for a live kernel: generated clusters, changes and packets', async (t) => {
  t.diagnostic(`seed ${seed}`)
  const started = performance.now()
  const conformance = new Conformance(prober)
  const scenarios = fc.sample(scenario, { seed, numRuns: SCENARIOS })
  for (const [number, { zone, services, packets, steps }] of scenarios.entries()) {
    const since = performance.now()
    const pins = new Pins()
    let plans: Plans = []
    let cluster = clusterOf(plans, zone)
    /** `these` are asked once the node has been told of the plans: `anew`, or by a process that starts over the tables. */
    const go = async (state: string, next: Plans, these: readonly PacketPlan[], start?: 'anew' | 'restart') => {
      const last = cluster
      const holdable = new Map(pinnable(clusterOf(next, zone)))
      const earlier = plans
      plans = next
      cluster = clusterOf(plans, zone)
      if (start === undefined) node.change(earlier, plans)
      else {
        await node.start(cluster, plans, { anew: start === 'anew' })
        for (const servicePort of unrecognised(last, cluster)) holdable.delete(servicePort)
      }
      pins.release(holdable)
      const told = `FAIRLEAD_SEED=${seed}, scenario ${number} of ${SCENARIOS}, ${state}`
      await conformance.hold(
        { cluster, pins, since, told },
        packetsOf(these, cluster),
        start === 'anew' ? undefined : last,
      )
    }
    await go('at its start', services, packets, 'anew')
    for (const [step, { changes, restart, packets: then }] of steps.entries()) {
      // The same clients at the same frontends, so that those who hold to an endpoint come again; and new ones.
      const these = [...packets.slice(0, 20), ...then]
      const state = `after ${restart ? 'a restart with ' : ''}change ${step}`
      await go(state, changes.reduce(changed, plans), these, restart ? 'restart' : undefined)
    }
    const all = plans
    await go(
      'when all Services are gone',
      all.map(() => undefined),
      packets.slice(0, 20),
    )
    await go('when all have come back', all, packets.slice(0, 20))
  }
  const { counts, clauses } = conformance
  const unasked = Object.keys(CLAUSES).filter((clause) => !clauses.has(clause as Clause))
  t.diagnostic([...counts].map(([what, times]) => `${what} ${times}`).join(', '))
  t.diagnostic(`${clauses.size} lines of the contract, all but ${unasked.join(', ') || 'none'}`)
  t.diagnostic(`${Math.round(performance.now() - started)} ms`)
  for (const [what, least] of Object.entries(LEAST)) {
    const times = counts.get(what) ?? 0
    assert.ok(times >= least, `seed ${seed}: ${what} ${times} times, and ${least} times at the least are wanted`)
  }
})
