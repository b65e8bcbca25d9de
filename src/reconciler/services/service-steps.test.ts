import assert from 'node:assert/strict'
import { test } from 'node:test'
import { possibleOutcomes } from '#dataplane/evaluator/evaluate.ts'
import { LoadedRuleset } from '#dataplane/evaluator/loaded-ruleset.ts'
import { type CompiledService, compileService, type UsedKind } from '#dataplane/nftables/compile.ts'
import { Ids } from '#dataplane/nftables/ids.ts'
import { type EndpointSlice, forwardService, type Service } from '#forwarding/forward-service.ts'
import { DeltaTracker } from '../tables/delta-tracker.ts'
import { serviceSteps } from './service-steps.ts'

const MOST = 20

const compiled = (ids: Ids, endpoints: readonly string[], spec: object): CompiledService => {
  const service = {
    metadata: { namespace: 'default', name: 'big' },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'], ports: [{ port: 80 }], ...spec },
  } as unknown as Service
  const slice = {
    addressType: 'IPv4',
    endpoints: endpoints.map((address) => ({ addresses: [address], nodeName: 'n1' })),
    ports: [{ name: '', port: 8080 }],
  } as unknown as EndpointSlice
  return compileService(forwardService(service, [slice], { name: 'n1', zone: undefined }), ids, 0)
}
const pods = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `10.244.${(from + index) >> 8}.${(from + index) & 255}`)

for (const [about, spec] of [
  ['without affinity', {}],
  ['with affinity', { sessionAffinity: 'ClientIP' }],
] as const)
  for (const [change, before, after] of [
    ['comes', [], pods(0, 100)],
    ['grows', pods(0, 30), pods(0, 120)],
    ['shrinks', pods(0, 120), pods(60, 70)],
    ['is replaced', pods(0, 90), pods(100, 190)],
    ['goes', pods(0, 100), []],
  ] as const)
    test(`a large Service ${about} that ${change} goes in steps, of which each works`, () => {
      const ids = new Ids()
      const held = before.length === 0 ? [] : compiled(ids, before, spec).elements
      const kinds: UsedKind[] = before.length === 0 ? [] : [...compiled(ids, before, spec).kinds]
      const wanted = compiled(ids, after, spec)
      kinds.push(...wanted.kinds)
      const tracker = new DeltaTracker()
      const write = (state: CompiledService) => {
        const changes = new Map([['default/big', state]])
        const { remove, add } = tracker.diff(changes)
        tracker.commit(changes)
        return remove.length + add.length
      }
      write({ elements: held, kinds })
      const allowed = new Set<string>([...before, ...after])
      let steps = 0
      let last: CompiledService | undefined
      for (const state of serviceSteps(held, wanted, MOST)) {
        steps++
        // A slot that turns is one to remove and one to add; the frontends turn together.
        assert.ok(write(state) <= MOST * 2 + 4, `step ${steps}`)
        const outcomes = possibleOutcomes(
          new LoadedRuleset(state.elements, kinds),
          { source: '10.244.9.9', destination: '10.96.0.9', protocol: 'tcp', port: 80 },
          () => false,
        )
        for (const { verdict } of outcomes) {
          const works =
            verdict.kind === 'dnat'
              ? allowed.has(verdict.to.address)
              : state.elements.every(({ set }) => set !== 'frontends') || after.length === 0
          assert.ok(works, `step ${steps}: ${JSON.stringify(verdict)}`)
        }
        last = state
      }
      assert.ok(steps > 3, String(steps))
      assert.deepEqual(last, wanted)
    })
