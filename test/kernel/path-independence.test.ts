import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import { FaultyNftables } from '#kernel/nftables/testing/faulty-nftables.ts'
import { createServiceProxy, type ServiceProxy } from '#reconciler/services/service-proxy.ts'
import { NotedFlows } from '#reconciler/testing/noted-flows.ts'
import { removeTables } from '#reconciler/testing/remove-tables.ts'
import { changed, changePlan, differences, type Plans, servicePlans } from '../property/clusters.ts'
import { node, OWN_PODS } from '../property/plan.ts'
import { kernelState, rawState } from './kernel-state.ts'

const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() & 0x7fffffff)
const HISTORIES = 24
const STEPS = 10
const NAMES = ['fl-path-a', 'fl-path-b'] as const
let crooked: Nftables
let straight: Nftables

before(() => {
  for (const name of NAMES) createNetworkNamespace(name)
  crooked = openNftables(namespacePath(NAMES[0]))
  straight = openNftables(namespacePath(NAMES[1]))
})
after(() => {
  crooked?.close()
  straight?.close()
  for (const name of NAMES) deleteNamespace(namespacePath(name))
})

/** A proxy over this kernel whose timers the test fires. */
function start(nftables: Nftables) {
  const clock = new HandClock()
  const { name, zone, nodePortAddresses, podCidrs, serviceCidrs } = node('a')
  const proxy = createServiceProxy({
    node: { name, zone, nodeAddresses: nodePortAddresses, podCidrs, serviceCidrs, ownPods: OWN_PODS },
    kernel: {
      nftables,
      conntrack: new NotedFlows(),
    },
    clock,
  })
  const settle = () => clock.settle(60)
  return { proxy, settle }
}

function tell(proxy: ServiceProxy, { written, gone }: ReturnType<typeof differences>): void {
  for (const one of gone) {
    const [namespace = '', name = ''] = one.split('/')
    proxy.serviceChanged({ namespace, name }, undefined, [])
  }
  for (const { service, slices } of written) {
    const { namespace = '', name = '' } = service.metadata ?? {}
    proxy.serviceChanged({ namespace, name }, service, slices)
  }
  proxy.flush()
}

/** False where there was no table, since its maker had died or been refused. */
function ignoringMissing(edit: () => void): boolean {
  try {
    edit()
    return true
  } catch {
    return false
  }
}

/** A small generator, so that a seed tells all. */
const randomOf = (start: number) => {
  let state = start
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** What somebody else may do to our tables: each is noticed by the next audit, if no change has met it before. */
const EDITS: readonly string[] = [
  'flush set ip fairlead cluster-ips',
  'flush map ip6 fairlead frontends',
  'flush map ip fairlead backends',
  'flush map ip6 fairlead endpoints',
  'flush map ip fairlead kinds',
  'add element ip fairlead frontends { 10.96.77.77 . tcp . 7 : 0x2001 }',
  'flush set ip fairlead pod-cidrs',
  'flush chain ip fairlead nat-prerouting',
  'insert rule ip6 fairlead nat-output drop',
  'delete table ip6 fairlead',
  'flush ruleset',
  'add table ip stranger',
]

test('any order, repetition, fault of the kernel, edit by others and restart in the middle ends in the same kernel state', (t) => {
  const services = fc.sample(servicePlans, { seed, numRuns: HISTORIES })
  const changes = fc.sample(changePlan, { seed, numRuns: HISTORIES * STEPS })
  let faults = 0
  let restarts = 0
  let edits = 0
  for (const [number, first] of services.entries()) {
    const random = randomOf(seed + number)
    const faulty = new FaultyNftables(crooked)
    faulty.fault = () => {
      if (random() > 0.3) return undefined
      faults++
      return (['refuse', 'lose', 'die'] as const)[Math.floor(random() * 3)]
    }
    let { proxy, settle } = start(faulty)
    let plans: Plans = first
    tell(proxy, differences([], plans))
    for (const change of changes.slice(number * STEPS, (number + 1) * STEPS)) {
      const next = changed(plans, change)
      const step = differences(plans, next)
      plans = next
      tell(proxy, random() < 0.3 ? { ...step, written: [...step.written].reverse() } : step)
      if (random() < 0.2) tell(proxy, differences([], plans))
      if (random() < 0.15 && ignoringMissing(() => crooked.run(EDITS[Math.floor(random() * EDITS.length)] as string)))
        edits++
      if (!faulty.alive || random() < 0.1) {
        restarts++
        proxy.stop()
        faulty.alive = true
        ;({ proxy, settle } = start(faulty))
        tell(proxy, differences([], plans))
      }
    }
    faulty.fault = () => undefined
    faulty.alive = true
    settle()
    // A death without a restart is a kernel that is away for a while.
    tell(proxy, differences([], plans))
    settle()
    assert.deepEqual(proxy.state().failed, [])
    const one = start(straight)
    tell(one.proxy, differences([], plans))
    assert.deepEqual(kernelState(crooked), kernelState(straight), `seed ${seed}, history ${number}`)
    proxy.stop()
    one.proxy.stop()
    removeTables(straight)
  }
  assert.ok(faults > 20 && restarts > 5 && edits > 5, `${faults} faults, ${restarts} restarts, ${edits} edits`)
  t.diagnostic(`seed ${seed}, ${faults} faults, ${restarts} restarts, ${edits} edits`)
})

test('a start over tables of the same rules touches no element: the kernel counts no transaction', () => {
  removeTables(crooked)
  const [plans = []] = fc.sample(servicePlans, { seed, numRuns: 1 })
  const first = start(crooked)
  tell(first.proxy, differences([], plans))
  first.proxy.stop()
  const held = rawState(crooked)
  const guard = new FaultyNftables(crooked)
  let transactions = 0
  guard.fault = () => {
    transactions++
    return undefined
  }
  const second = start(guard)
  const { written } = differences([], plans)
  tell(second.proxy, { written: [...written].reverse(), gone: [] })
  assert.equal(transactions, 0)
  assert.deepEqual(rawState(crooked), held)
})
