import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { kindName } from '#dataplane/nftables/ruleset/kinds.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import { createServiceProxy } from '#reconciler/services/service-proxy.ts'
import { NotedFlows } from '#reconciler/testing/noted-flows.ts'
import { changed, changePlan, differences, type Plans, servicePlans } from './clusters.ts'
import { Dataplane } from './dataplane.ts'
import { normalise, type RawElement } from './normalise.ts'
import { node, OWN_PODS } from './plan.ts'

const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() & 0x7fffffff)

const history = fc.record({
  services: servicePlans,
  /** `merge`: told together with the next one; `again`: everything is told once more; `detour`: away and back. */
  steps: fc.array(
    fc.record({ change: changePlan, how: fc.constantFrom('alone', 'alone', 'merge', 'again', 'detour', 'reversed') }),
    { minLength: 1, maxLength: 8 },
  ),
  faults: fc.array(fc.constantFrom<'none' | 'refused' | 'lost'>('none', 'none', 'refused', 'lost'), {
    minLength: 12,
    maxLength: 12,
  }),
})
type History = typeof history extends fc.Arbitrary<infer T> ? T : never

type Step = ReturnType<typeof differences>

/** The steps of a history, and the plans that it ends with. */
function walk({ services, steps }: History): { readonly told: readonly Step[]; readonly last: Plans } {
  const told: Step[] = [differences([], services)]
  let plans: Plans = services
  let from = plans
  for (const { change, how } of steps) {
    const after = changed(plans, change)
    plans = after
    if (how === 'merge') continue
    const step = differences(from, after)
    told.push(how === 'reversed' ? { written: [...step.written].reverse(), gone: [...step.gone].reverse() } : step)
    if (how === 'again') told.push(differences([], after))
    if (how === 'detour') {
      const away = after.map(() => undefined)
      told.push(differences(after, away), differences(away, after))
    }
    from = after
  }
  told.push(differences(from, plans))
  return { told, last: plans }
}

const stateOf = ({ elements, kinds }: Dataplane): readonly string[] =>
  normalise(
    elements.map((element): RawElement => ({ ...element, data: element.data ?? [] })),
    new Map(kinds.map(({ number, kind }) => [number, kindName(kind)])),
  )

const fresh = (plans: Plans): Dataplane => {
  const dataplane = new Dataplane({ node: node('a') })
  dataplane.change([...differences([], plans).written].reverse(), [])
  return dataplane
}

test('any way through the same changes ends in the elements that a fresh start gives', (t) => {
  fc.assert(
    fc.property(history, (given) => {
      const { told, last } = walk(given)
      const dataplane = new Dataplane({ node: node('a') })
      for (const { written, gone } of told) dataplane.change(written, gone)
      assert.deepEqual(stateOf(dataplane), stateOf(fresh(last)))
    }),
    { seed, numRuns: 400 },
  )
  t.diagnostic(`seed ${seed}`)
})

/** What the fake kernel holds, read back from it. */
function stateOfKernel({ sets }: FakeNftables): readonly string[] {
  const elements: RawElement[] = []
  const kinds = new Map<number, string>()
  for (const [name, held] of sets) {
    const [family = '', , set = ''] = name.split(' ')
    for (const [key, data] of held) {
      if (set === 'kinds') kinds.set(Number(key), data)
      else
        elements.push({
          family,
          set,
          key: key.trim().split(' . '),
          data: data.trim() === '' ? [] : data.trim().split(' . '),
        })
    }
  }
  return normalise(elements, kinds)
}

/** One node's proxy over a kernel in memory that fails as it is told, with a clock that the test turns. */
function nodeOver(kernel: FakeNftables) {
  const clock = new HandClock()
  const { name, zone, nodePortAddresses, podCidrs, serviceCidrs } = node('a')
  const proxy = createServiceProxy({
    node: { name, zone, nodeAddresses: nodePortAddresses, podCidrs, serviceCidrs, ownPods: OWN_PODS },
    kernel: {
      nftables: kernel,
      conntrack: new NotedFlows(),
    },
    clock,
  })
  const tell = ({ written, gone }: Step) => {
    for (const one of gone) {
      const [namespace = '', service = ''] = one.split('/')
      proxy.serviceChanged({ namespace, name: service }, undefined, [])
    }
    for (const { service, slices } of written)
      proxy.serviceChanged(
        { namespace: service.metadata?.namespace ?? '', name: service.metadata?.name ?? '' },
        service,
        slices,
      )
    proxy.flush()
  }
  const settle = () => clock.settle(40)
  return { proxy, tell, settle }
}

test('a kernel that refuses and that loses its answers ends in the same state, as does a process that starts over it', (t) => {
  fc.assert(
    fc.property(history, (given) => {
      const { told, last } = walk(given)
      const straight = new FakeNftables()
      nodeOver(straight).tell(differences([], last))
      const faulty = new FakeNftables()
      const { proxy, tell, settle } = nodeOver(faulty)
      for (const [index, step] of told.entries()) {
        const fault = given.faults[index % given.faults.length]
        faulty.refuse = () => (fault === 'refused' ? 'out of memory' : undefined)
        faulty.loseAnswers = fault === 'lost'
        tell(step)
      }
      faulty.refuse = () => undefined
      faulty.loseAnswers = false
      settle()
      assert.deepEqual(proxy.state().failed, [])
      assert.deepEqual(stateOfKernel(faulty), stateOfKernel(straight))
      proxy.stop()
      const restarted = nodeOver(faulty)
      restarted.tell(differences([], last))
      restarted.settle()
      assert.deepEqual(stateOfKernel(faulty), stateOfKernel(straight))
    }),
    { seed, numRuns: Number(process.env.FAIRLEAD_RUNS ?? 60) },
  )
  t.diagnostic(`seed ${seed}`)
})
