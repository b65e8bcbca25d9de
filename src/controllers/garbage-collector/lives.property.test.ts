import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import type { OwnerReference } from '#api/meta/object-meta.ts'
import { seeded, startCluster, turn } from '../testing/cluster.ts'

const turns = fc.integer({ min: 0, max: 4 })
const which = fc.nat(30)
const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('create' as const), owners: fc.array(which, { maxLength: 2 }), turns }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      which,
      propagationPolicy: fc.constantFrom('Foreground', 'Background', 'Orphan'),
      turns,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('give' as const), which, owner: fc.option(which), turns }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), turns }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('break' as const), calls: fc.integer({ min: 1, max: 3 }), turns }),
  },
)
const scenario = fc.record({
  lag: fc.integer({ min: 0, max: 3 }),
  seed: fc.nat(),
  commands: fc.array(command, { minLength: 5, maxLength: 40 }),
})
const scope = { namespace: 'default' }

test('whatever is owned, given away and deleted: who has lost all owners goes, nobody waits, and the rest stays', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ lag, seed, commands }) => {
      const random = seeded(seed)
      let broken = 0
      const cluster = await startCluster({
        only: ['garbage-collector'],
        ...(lag > 0 ? { lag: () => Math.floor(random() * (lag + 1)) } : {}),
        fake: {
          fault: (verb, { plural }) =>
            broken > 0 && verb !== 'watch' && verb !== 'list' && plural !== 'events' && broken-- > 0
              ? new Error('no answer')
              : undefined,
        },
      })
      const { client } = cluster
      const all = (): readonly ConfigMap[] => client.all(configMaps)
      const pick = (index: number): ConfigMap | undefined => all()[index % Math.max(1, all().length)]
      const owner = ({ metadata }: ConfigMap): OwnerReference => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        name: metadata!.name!,
        uid: metadata!.uid!,
        ...(random() < 0.5 ? { blockOwnerDeletion: true } : {}),
      })
      const free = new Set<string>()
      let made = 0
      const act = async (one: (typeof commands)[number]): Promise<void> => {
        if (one.kind === 'create') {
          const owners = new Set(one.owners.map(pick).filter((found) => found !== undefined))
          const name = `c${made++}`
          const metadata = { name, namespace: 'default', ownerReferences: [...owners].map(owner) }
          await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
          if (owners.size === 0) free.add(name)
        }
        const found = 'which' in one ? pick(one.which) : undefined
        const name = found?.metadata?.name ?? ''
        if (one.kind === 'delete' && found) {
          free.delete(name)
          await client.delete(configMaps, name, { ...scope, propagationPolicy: one.propagationPolicy })
        }
        const given = one.kind === 'give' && one.owner !== null ? pick(one.owner) : undefined
        if (one.kind === 'give' && found && given !== found) {
          if (given) free.delete(name)
          const ownerReferences = given ? [owner(given)] : null
          await client.patch(configMaps, name, 'merge', { metadata: { ownerReferences } }, scope)
        }
        if (one.kind === 'restart') await cluster.restart()
        if (one.kind === 'break') broken = one.calls
        for (let count = one.turns; count > 0; count--) await turn()
      }
      for (const one of commands) await act(one).catch(() => undefined)
      broken = 0
      for (let round = 0; round < 8; round++) {
        await cluster.settle()
        cluster.clock.advance(60_000)
      }
      await cluster.settle()
      const uids = new Set(all().map(({ metadata }) => metadata!.uid))
      for (const { metadata } of all()) {
        assert.equal(metadata?.deletionTimestamp, undefined, `${metadata?.name} waits: ${metadata?.finalizers}`)
        const owners = metadata?.ownerReferences ?? []
        assert.ok(owners.length === 0 || owners.some(({ uid }) => uids.has(uid)), `${metadata?.name} has no owner`)
      }
      const names = new Set(all().map(({ metadata }) => metadata!.name))
      assert.deepEqual(
        [...free].filter((name) => !names.has(name)),
        [],
      )
      cluster.stop()
    }),
    { numRuns: 60 },
  )
})
