import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { checkPolicies } from '#explain/diagnose/policies/check/check.ts'
import type { PolicyCheck, PolicyReason } from '#explain/trace/policies/check.ts'
import { cureLine } from '#explain/words/command.ts'
import { printCheck } from '#explain/words/policies/check.ts'
import { checkedPolicies, checkedTogether, meantSo } from './checked-policies.ts'
import { kubectl } from './kubectl.ts'
import { clusterPolicy, deployment, onNode, pod, policy, service } from './objects.ts'
import { startWorld, type World } from './world.ts'

/* Every cure that `fairlead policy check` prints is applied as it is printed, and then what it mends is not found any more. */

const NO_FLAGS = { fairlead: [], kubectl: [] }
const REASONS = Object.keys(checkedPolicies) as PolicyReason[]
type Checked = (typeof meantSo)[number]

const withWorld = async <T>({ make }: Checked, work: (world: World) => Promise<T>): Promise<T> => {
  const world = await startWorld()
  try {
    await world.make(pod('client', { spec: onNode('node-1'), ports: [], args: ['--listen='] }))
    await world.settle()
    await make(world)
    await world.settle()
    return await work(world)
  } finally {
    await world.close()
  }
}

const look = async (world: World, { sees }: Checked): Promise<PolicyCheck> => {
  const facts = await world.facts()
  return checkPolicies(sees === undefined ? facts : sees(facts), undefined, NO_FLAGS)
}

for (const reason of REASONS)
  suite(reason, { concurrency: true }, () => {
    for (const one of checkedPolicies[reason])
      test(`${one.about}: ${one.lookOnly === undefined ? 'the cure mends' : `nothing to do by a command, since ${one.lookOnly}`}`, () =>
        withWorld(one, async (world) => {
          const before = await look(world, one)
          const finding = before.findings.find((each) => each.reason === reason)
          assert.ok(finding, printCheck(before))
          assert.equal(before.findings.length, 1, `nothing else is found: ${printCheck(before)}`)
          assert.match(printCheck(before), new RegExp(`\\[${reason}\\]`))
          const cures = finding.cures.filter(({ kind }) => kind !== 'look')
          if (one.lookOnly !== undefined) {
            assert.deepEqual(cures, [])
            assert.equal(finding.cures.length, 1, 'it shows more')
            return
          }
          const [cure] = cures
          assert.ok(cure && cures.length === 1, 'it has a cure')
          await kubectl(world.client, cureLine(cure))
          await world.settle()
          const after = await look(world, one)
          assert.deepEqual(after.findings, [], printCheck(after))
        }))
  })

suite('several findings', { concurrency: true }, () => {
  for (const one of checkedTogether)
    test(`all cures that are printed, done in their order, mend all: ${one.about}`, () =>
      withWorld(one, async (world) => {
        const before = await look(world, one)
        const cures = before.findings.flatMap((each) => each.cures)
        assert.ok(cures.length > 1 && cures.every(({ kind }) => kind === 'run'), printCheck(before))
        for (const cure of cures) await kubectl(world.client, cureLine(cure))
        await world.settle()
        const after = await look(world, one)
        assert.deepEqual(after.findings, [], printCheck(after))
      }))
})

suite('what people do on purpose', { concurrency: true }, () => {
  for (const one of meantSo)
    test(`nothing is found: ${one.about}`, () =>
      withWorld(one, async (world) => {
        const found = await look(world, one)
        assert.deepEqual(found.findings, [], printCheck(found))
        assert.match(printCheck(found), /^nothing found in \d polic/)
      }))
})

test('of a Service that nobody may ask those policies are named that keep others away, not one that lets somebody in', () => {
  const make = async (world: World): Promise<void> => {
    const web = { matchLabels: { app: 'web' } }
    await world.make(deployment('web'), service('web'))
    await world.make(
      policy('web', { podSelector: web, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }] }] }),
      clusterPolicy('closed', { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }),
      clusterPolicy('accepting', {
        priority: 5,
        ingress: [{ action: 'Accept', from: [{ namespaces: { matchLabels: { team: 'none' } } }] }],
      }),
    )
  }
  return withWorld({ about: '', make }, async (world) => {
    const found = await look(world, { about: '', make })
    const closed = found.findings.find(({ reason }) => reason === 'service-closed')
    assert.match(printCheck(found), /: ClusterNetworkPolicy closed lets nobody pass who could ask \[service-closed\]/)
    assert.deepEqual(closed?.reason === 'service-closed' && closed.policies, [
      { kind: 'ClusterNetworkPolicy', name: 'closed' },
    ])
  })
})

test('each reason is told in docs/policy.md, and none that does not exist', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8')
  const table = text.slice(
    text.indexOf('\n## What is most likely not meant'),
    text.indexOf('\n## One constant ruleset'),
  )
  const told = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, word]) => word)
  assert.deepEqual(told.sort(), [...REASONS].sort())
})
