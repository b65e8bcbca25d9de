import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isReady } from '#objects/conditions.ts'
import { isActive } from '#objects/pod.ts'
import { makeDeployment, seeded, startCluster, turn, withImage } from '../testing/cluster.ts'

type Command =
  | { readonly kind: 'ready' | 'fail' | 'crash'; readonly pod: number; readonly turns: number }
  | { readonly kind: 'finish'; readonly turns: number }
  | { readonly kind: 'image'; readonly image: number; readonly turns: number }

const turns = fc.integer({ min: 0, max: 4 })
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('ready' as const), pod: fc.nat(20), turns }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fail' as const), pod: fc.nat(20), turns }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), pod: fc.nat(20), turns }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('finish' as const), turns }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('image' as const), image: fc.nat(3), turns }) },
)
/** Ready came between the decision and the deed: found by chance once, and run each time since. */
const READY_TOO_LATE = {
  replicas: 2,
  surge: 0,
  unavailable: 0,
  lag: 0,
  seed: 0,
  commands: [
    { kind: 'crash', pod: 3, turns: 0 },
    { kind: 'image', image: 0, turns: 2 },
    { kind: 'ready', pod: 7, turns: 0 },
  ],
} as const

const limit = fc.integer({ min: 0, max: 3 })
const scenario = fc.record({
  replicas: fc.integer({ min: 1, max: 6 }),
  surge: limit,
  unavailable: limit,
  /** Turns that watch events may come late. */
  lag: fc.integer({ min: 0, max: 3 }),
  seed: fc.nat(),
  commands: fc.array(command, { maxLength: 25 }),
})

test('a rolling update never has more pods than maxSurge allows, and never takes an available pod that maxUnavailable keeps', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ replicas, surge, unavailable, lag, seed, commands }) => {
      const most = replicas + surge
      const least = replicas - (surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas))
      const faults: string[] = []
      const before = new Map<string, Pod>()
      let armed = false
      const random = seeded(seed)
      const cluster = await startCluster({
        nodes: 2,
        ...(lag > 0 ? { lag: () => Math.floor(random() * (lag + 1)) } : {}),
        fake: {
          onWrite: (type, resource, object) => {
            if (resource.plural !== 'pods') return
            const pod = object as Pod
            const was = before.get(pod.metadata!.uid!)
            if (type === 'DELETED') before.delete(pod.metadata!.uid!)
            else before.set(pod.metadata!.uid!, pod)
            if (!armed) return
            const active = [...before.values()].filter(isActive)
            const available = active.filter(isReady).length
            if (type === 'ADDED' && active.length > most) faults.push(`${active.length} pods, at most ${most}`)
            const taken = was && isActive(was) && isReady(was) && pod.metadata!.deletionTimestamp
            if (taken && available < least) faults.push(`${available} available, at least ${least}`)
          },
        },
      })
      const rollingUpdate = { maxSurge: surge, maxUnavailable: unavailable }
      await cluster.client.create(
        deployments,
        makeDeployment('web', replicas, { strategy: { type: 'RollingUpdate', rollingUpdate } }),
      )
      await cluster.converge()
      armed = true
      const setImage = async (image: string) =>
        cluster.client.update(
          deployments,
          withImage(await cluster.client.get(deployments, 'web', { namespace: 'default' }), image),
        )
      await setImage('second')
      for (const step of commands) {
        const all = cluster.client.all(pods)
        const bound = all.filter((pod) => pod.spec?.nodeName && isActive(pod))
        const pick = 'pod' in step ? bound[step.pod % Math.max(1, bound.length)] : undefined
        switch (step.kind) {
          case 'ready':
            // A pod may get ready after its Deployment, rightly, gave it up, and before its ReplicaSet has taken one: then
            // one that is available goes. No controller could know, and Kubernetes' do not either, so let decisions be
            // carried out first.
            await cluster.settle()
            if (pick && cluster.client.all(pods).some(({ metadata }) => metadata?.uid === pick.metadata?.uid))
              await cluster.ready(pick)
            break
          case 'fail':
          case 'crash':
            // What fails between a decision and its execution is nobody's doing: let decisions be carried out first.
            await cluster.settle()
            if (pick && cluster.client.all(pods).some(({ metadata }) => metadata?.uid === pick.metadata?.uid)) {
              if (step.kind === 'fail') await cluster.ready(pick, false)
              else
                await cluster.client.delete(pods, pick.metadata!.name!, { namespace: 'default', gracePeriodSeconds: 0 })
            }
            await cluster.settle()
            break
          case 'finish':
            for (const pod of all)
              if (pod.metadata?.deletionTimestamp)
                await cluster.client.delete(pods, pod.metadata.name!, { namespace: 'default', gracePeriodSeconds: 0 })
            break
          case 'image':
            await setImage(`image-${step.image}`)
        }
        for (let i = 0; i < step.turns; i++) await turn()
      }
      await cluster.converge()
      const end = await cluster.client.get(deployments, 'web', { namespace: 'default' })
      const sizes = cluster.client.all(replicaSets).map((set) => set.spec?.replicas)
      cluster.stop()
      assert.deepEqual(faults, [])
      assert.equal(end.status?.updatedReplicas, replicas)
      assert.equal(end.status?.availableReplicas, replicas)
      assert.equal(end.status?.replicas, replicas)
      assert.equal(Math.max(...sizes.map((size) => size ?? 0)), replicas)
    }),
    { numRuns: 60, examples: [[{ ...READY_TOO_LATE, commands: [...READY_TOO_LATE.commands] }]] },
  )
})
