import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { renderDelete } from '#dataplane/nftables/render.ts'
import { POLICY_RULESET } from '#dataplane/policy/ruleset.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import { mayPass } from '../../contract/policies/contract.ts'
import type { PolicyCluster, Traffic } from '../../contract/policies/model.ts'
import { retold } from '../../property/node-policies.ts'
import { clusterPlan, policyClusterOf, trafficOf, trafficPlan } from '../../property/policy-plans.ts'
import { HERE, PolicedNetwork } from './policed-network.ts'
import { startPolicedNode } from './policed-node.ts'
import { PROTOCOLS, RawPackets } from './raw-packets.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

/** FAIRLEAD_SEED repeats a run. */
const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() & 0x7fffffff)
const SCENARIOS = process.env.FAIRLEAD_LONG === '1' ? 300 : 60
const STEPS = 3
const PACKETS = 80
/** Every so many packets of UDP or ICMP goes in fragments. */
const BIG = 5
const PATIENCE_MS = 500
const AFTER_MS = 10

const scenario = fc.array(
  fc.record({
    plan: clusterPlan,
    /** The process starts again over the tables that are there. */
    restart: fc.constantFrom(false, false, true),
    packets: fc.array(trafficPlan, { minLength: PACKETS, maxLength: PACKETS, size: 'max' }),
  }),
  { minLength: STEPS, maxLength: STEPS, size: 'max' },
)

let network: PolicedNetwork
let nftables: Nftables
const places = new Map<string, RawPackets>()

before(() => {
  network = PolicedNetwork.create()
  nftables = openNftables(network.node)
  for (const path of new Set(network.paths.values())) places.set(path, new RawPackets(path))
})
after(() => {
  nftables?.close()
  for (const place of places.values()) place.close()
  network?.remove()
})

const placeOf = (address: string): RawPackets =>
  places.get(network.paths.get(address) ?? '') ?? assert.fail(`nobody has ${address}`)

let tag = 1024
interface Sent {
  readonly traffic: Traffic
  readonly key: string
  readonly isBig: boolean
}

function send(traffic: Traffic): Sent {
  // A port that nobody had: the kernel's connections are others'.
  tag = tag >= 65_000 ? 1025 : tag + 1
  const isBig = tag % BIG === 0 && (traffic.protocol === 'UDP' || traffic.protocol === 'ICMP')
  placeOf(traffic.source).send(traffic, tag, isBig)
  return { traffic, key: `${traffic.protocol} ${tag}`, isBig }
}

/** Which of these came to where they were sent, and of which TCP an answer came back. */
async function outcome(wanted: readonly Sent[]) {
  const came = new Set<string>()
  const answered = new Set<string>()
  const read = () => {
    for (const place of places.values())
      for (const { kind, protocol, tag: of } of place.received()) {
        if (kind === 'first') came.add(`${protocol} ${of}`)
        else answered.add(`${protocol} ${of}`)
      }
  }
  const isWhole = () =>
    wanted.every(({ key, traffic }) => came.has(key) && (traffic.protocol !== 'TCP' || answered.has(key)))
  const end = performance.now() + PATIENCE_MS
  for (read(); !isWhole() && performance.now() < end; read()) await sleep(5)
  await sleep(AFTER_MS)
  read()
  return { came, answered }
}

test('the contract holds for a live kernel: generated clusters and their changes, and a packet of each kind from everywhere', async (t) => {
  t.diagnostic(`FAIRLEAD_SEED=${seed}`)
  const started = performance.now()
  const counts = new Map<string, number>()
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)
  for (const [number, steps] of fc.sample(scenario, { seed, numRuns: SCENARIOS }).entries()) {
    nftables.run(renderDelete(POLICY_RULESET))
    const clock = new HandClock()
    const start = (cluster: PolicyCluster) => startPolicedNode({ nftables, cluster, here: HERE, clock })
    let before: PolicyCluster | undefined
    let node: ReturnType<typeof start> | undefined
    for (const [step, { plan, packets, restart }] of steps.entries()) {
      const cluster = policyClusterOf(plan)
      if (node === undefined || before === undefined || restart) {
        node?.stop()
        node = start(cluster)
        if (before !== undefined) count('restarts')
      } else {
        retold(node.policy, before, cluster)
        node.loop.flush()
        count('changes')
      }
      before = cluster
      const where = `FAIRLEAD_SEED=${seed}, scenario ${number}, step ${step}`
      assert.deepEqual(node.told, [], where)
      nftables.run('add table ip other; delete table ip other')
      assert.equal(node.writer.audit(), true, `${where}: what is read is what was written`)
      const asked = packets
        .map((packet) => trafficOf(plan, packet))
        .filter(({ source, destination }) => source !== destination)
        .filter(({ source, destination }) => !network.isOutside(source) || !network.isOutside(destination))
      const sent = asked.map((traffic) => send(traffic))
      const expected = new Set(sent.filter(({ traffic }) => mayPass(cluster, traffic, HERE)))
      const { came, answered } = await outcome([...expected])
      for (const one of sent) {
        const { key, traffic, isBig } = one
        const told = `${where}: ${JSON.stringify(traffic)}${isBig ? ' in fragments' : ''} of ${JSON.stringify(cluster, null, 1)}`
        assert.equal(came.has(key), expected.has(one), told)
        if (traffic.protocol === 'TCP') assert.equal(answered.has(key), expected.has(one), `the answer to ${told}`)
        count('packets')
        count(came.has(key) ? 'passed' : 'dropped')
        count(`${traffic.protocol} ${came.has(key) ? 'passed' : 'dropped'}`)
        count(traffic.source.includes(':') ? 'IPv6' : 'IPv4')
        if (isBig) count(`fragments ${came.has(key) ? 'passed' : 'dropped'}`)
      }
    }
    node?.stop()
  }
  const all = [...counts].map(([what, times]) => `${times} ${what}`).join(', ')
  t.diagnostic(`${all}, in ${Math.round(performance.now() - started)} ms`)
  const least = { packets: 2000, passed: 500, dropped: 500, IPv4: 500, IPv6: 500, changes: 10, restarts: 5 }
  for (const [what, times] of Object.entries(least)) assert.ok((counts.get(what) ?? 0) >= times, `${what}: ${all}`)
  for (const what of [...PROTOCOLS, 'fragments'])
    for (const end of ['passed', 'dropped'])
      assert.ok((counts.get(`${what} ${end}`) ?? 0) >= 20, `${what} ${end}: ${all}`)
})
