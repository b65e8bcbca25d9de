import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { statefulSets } from '#api/apps/statefulset/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { seeded, startCluster, turn } from '../testing/cluster.ts'
import { makeStatefulSet } from '../testing/stateful-set.ts'
import { ordinalOf } from './desired-ordinals.ts'

type Command =
  | { readonly kind: 'ready' | 'fail' | 'crash'; readonly pod: number; readonly turns: number }
  | { readonly kind: 'finish'; readonly turns: number }
  | { readonly kind: 'image' | 'scale' | 'partition'; readonly to: number; readonly turns: number }

const turns = fc.integer({ min: 0, max: 4 })
const onPod = (kind: 'ready' | 'fail' | 'crash') => fc.record({ kind: fc.constant(kind), pod: fc.nat(20), turns })
const to = (kind: 'image' | 'scale' | 'partition', most: number) =>
  fc.record({ kind: fc.constant(kind), to: fc.nat(most), turns })
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: onPod('ready') },
  { weight: 2, arbitrary: onPod('fail') },
  { weight: 1, arbitrary: onPod('crash') },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('finish' as const), turns }) },
  { weight: 1, arbitrary: to('image', 3) },
  { weight: 1, arbitrary: to('scale', 5) },
  { weight: 1, arbitrary: to('partition', 5) },
)
const scenario = fc.record({
  replicas: fc.integer({ min: 1, max: 5 }),
  start: fc.constantFrom(0, 0, 3),
  parallel: fc.boolean(),
  /** Turns that watch events may come late. */
  lag: fc.integer({ min: 0, max: 3 }),
  seed: fc.nat(),
  commands: fc.array(command, { maxLength: 25 }),
})
const scope = { namespace: 'default' }

test('pods come in order and only beside those that are well, one at a time is taken, and all end as the set says', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ replicas, start, parallel, lag, seed, commands }) => {
      const faults: string[] = []
      const there = new Map<string, Pod>()
      /** What is deleted by the test is nobody's fault. */
      let byHand = false
      let [wanted, image, partition] = [replicas, 'first', 0]
      const random = seeded(seed)
      const isWell = (pod: Pod | undefined) => pod !== undefined && isReady(pod) && !isLeaving(pod)
      const below = (ordinal: number) =>
        Array.from({ length: Math.max(0, ordinal - start) }, (_, index) => there.get(`web-${start + index}`))
      const cluster = await startCluster({
        nodes: 2,
        ...(lag > 0 ? { lag: () => Math.floor(random() * (lag + 1)) } : {}),
        fake: {
          onWrite: (type, resource, object) => {
            if (resource.plural !== 'pods') return
            const pod = object as Pod
            const name = pod.metadata!.name!
            const was = there.get(name)
            if (type === 'DELETED') there.delete(name)
            else there.set(name, pod)
            if (byHand) return
            if (type === 'ADDED' && !parallel && !below(ordinalOf(pod)).every(isWell))
              faults.push(`${name} came before those below it were well`)
            const isTaken = was && isWell(was) && isLeaving(pod)
            if (!isTaken || parallel) return
            const others = [...there.values()].filter((other) => other !== pod)
            const gone = others.filter((other) => isLeaving(other))
            if (gone.length > 0) faults.push(`${name} was taken while ${gone[0]!.metadata!.name} was going`)
            if (!below(Math.min(ordinalOf(pod), start + wanted)).every((other) => other === pod || isWell(other)))
              faults.push(`${name} was taken while one below it was not well`)
          },
        },
      })
      const change = async (spec: object) => cluster.client.patch(statefulSets, 'web', 'merge', { spec }, scope)
      await cluster.client.create(
        statefulSets,
        makeStatefulSet('web', replicas, {
          ordinals: { start },
          podManagementPolicy: parallel ? 'Parallel' : 'OrderedReady',
        }),
      )
      await cluster.converge()
      for (const step of commands) {
        const all = cluster.client.all(pods)
        const bound = all.filter((pod) => pod.spec?.nodeName && !isLeaving(pod))
        const pick = 'pod' in step ? bound[step.pod % Math.max(1, bound.length)] : undefined
        // What comes between a decision and its deed is nobody's doing: let decisions be carried out first.
        if ('pod' in step || 'to' in step) await cluster.settle()
        const isThere = cluster.client.all(pods).some(({ metadata }) => metadata?.uid === pick?.metadata?.uid)
        switch (step.kind) {
          case 'ready':
          case 'fail':
            if (pick && isThere) await cluster.ready(pick, step.kind === 'ready')
            break
          case 'crash':
            byHand = true
            if (pick && isThere)
              await cluster.client.delete(pods, pick.metadata!.name!, { ...scope, gracePeriodSeconds: 0 })
            byHand = false
            break
          case 'finish':
            for (const pod of all)
              if (isLeaving(pod))
                await cluster.client.delete(pods, pod.metadata!.name!, { ...scope, gracePeriodSeconds: 0 })
            break
          case 'image':
            image = `image-${step.to}`
            await change({ template: { spec: { containers: [{ name: 'c', image }] } } })
            break
          case 'scale':
            wanted = step.to
            await change({ replicas: wanted })
            break
          case 'partition':
            partition = step.to
            await change({ updateStrategy: { rollingUpdate: { partition } } })
            break
        }
        if ('pod' in step || 'to' in step) await cluster.settle()
        for (let i = 0; i < step.turns; i++) await turn()
      }
      await cluster.converge()
      assert.deepEqual(faults, [])
      const images = (from: number) =>
        cluster.client
          .all(pods)
          .sort((a, b) => ordinalOf(a) - ordinalOf(b))
          .filter((pod) => ordinalOf(pod) >= from)
          .map(({ metadata, spec }) => [metadata!.name, spec!.containers![0]!.image])
      const expected = (from: number) =>
        Array.from({ length: wanted }, (_, index) => [`web-${start + index}`, image]).filter(
          (_, index) => index >= from,
        )
      assert.deepEqual(images(start + partition), expected(partition))
      assert.equal(cluster.client.all(pods).length, wanted)
      await change({ updateStrategy: { rollingUpdate: { partition: 0 } } })
      await cluster.converge()
      assert.deepEqual([faults, images(0)], [[], expected(0)])
      const { status, metadata } = await cluster.client.get(statefulSets, 'web', scope)
      assert.deepEqual(
        [status?.readyReplicas, status?.updatedReplicas, status?.currentRevision, status?.observedGeneration],
        [wanted, wanted, status?.updateRevision, metadata?.generation],
      )
      cluster.stop()
    }),
    { numRuns: 40 },
  )
})
