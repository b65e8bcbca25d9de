import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Job } from '#api/batch/job/message.ts'
import { jobs } from '#api/batch/job/resource.ts'
import { validateJobStatusUpdate } from '#api/batch/job/validate/status.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { FieldError } from '#api/validation/field-error.ts'
import { isActive, isTerminal } from '#objects/pod.ts'
import { seeded, startCluster, turn } from '../testing/cluster.ts'
import { makeJob } from '../testing/job.ts'

type Command =
  | { readonly kind: 'succeed' | 'fail' | 'delete'; readonly pod: number; readonly turns: number }
  | { readonly kind: 'restart' | 'wait' | 'suspend'; readonly turns: number }
  | { readonly kind: 'break'; readonly calls: number; readonly turns: number }

const turns = fc.integer({ min: 0, max: 4 })
const onPod = (kind: 'succeed' | 'fail' | 'delete') => fc.record({ kind: fc.constant(kind), pod: fc.nat(9), turns })
const plain = (kind: 'restart' | 'wait' | 'suspend') => fc.record({ kind: fc.constant(kind), turns })
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: onPod('succeed') },
  { weight: 3, arbitrary: onPod('fail') },
  { weight: 2, arbitrary: onPod('delete') },
  { weight: 2, arbitrary: plain('wait') },
  { weight: 1, arbitrary: plain('restart') },
  { weight: 1, arbitrary: plain('suspend') },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('break' as const), calls: fc.integer({ min: 1, max: 3 }), turns }),
  },
)
const scenario = fc.record({
  completions: fc.integer({ min: 1, max: 5 }),
  parallelism: fc.integer({ min: 1, max: 3 }),
  indexed: fc.boolean(),
  lag: fc.integer({ min: 0, max: 3 }),
  seed: fc.nat(),
  commands: fc.array(command, { maxLength: 25 }),
})
const scope = { namespace: 'default' }

test('whatever happens, each end of a pod is counted once, never more run than may, each status is valid, the Job completes', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ completions, parallelism, indexed, lag, seed, commands }) => {
      const random = seeded(seed)
      let broken = 0
      const succeeded = new Set<string>()
      const seen: Job['status'][] = []
      const problems: FieldError[] = []
      let before: Job | undefined
      let most = 0
      const cluster = await startCluster({
        nodes: 1,
        only: ['job', 'scheduler', 'garbage-collector'],
        ...(lag > 0 ? { lag: () => Math.floor(random() * (lag + 1)) } : {}),
        fake: {
          fault: (verb, { plural }) =>
            broken > 0 && verb !== 'watch' && verb !== 'list' && plural !== 'events' && broken-- > 0
              ? new Error('no answer')
              : undefined,
          onWrite: (_, { plural }, object) => {
            if (plural === 'jobs') {
              const written = object as Job
              problems.push(...(before ? validateJobStatusUpdate(written, before) : []))
              before = written
              seen.push(written.status)
            }
            if (plural === 'pods') most = Math.max(most, cluster.client.all(pods).filter(isActive).length)
          },
        },
      })
      const { client } = cluster
      const mode = indexed ? ({ completionMode: 'Indexed' } as const) : {}
      await client.create(jobs, makeJob('work', { completions, parallelism, backoffLimit: 1000, ...mode }))
      const end = async (pod: Pod, phase: 'Succeeded' | 'Failed') => {
        const current = await client.get(pods, pod.metadata!.name!, scope)
        await client.update(
          pods,
          { ...current, status: { ...current.status, phase } },
          { ...scope, subresource: 'status' },
        )
        if (phase === 'Succeeded') succeeded.add(pod.metadata!.uid!)
      }
      const act = async (one: Command): Promise<void> => {
        const living = client.all(pods).filter((pod) => !isTerminal(pod) && pod.spec?.nodeName)
        const pod = 'pod' in one ? living[one.pod % Math.max(1, living.length)] : undefined
        const job = await client.get(jobs, 'work', scope)
        if (one.kind === 'succeed' && pod) await end(pod, 'Succeeded')
        if (one.kind === 'fail' && pod) await end(pod, 'Failed')
        if (one.kind === 'delete' && pod) await client.delete(pods, pod.metadata!.name!, scope)
        if (one.kind === 'wait') cluster.clock.advance(15_000)
        if (one.kind === 'restart') await cluster.restart()
        if (one.kind === 'break') broken = one.calls
        if (one.kind === 'suspend')
          await client.patch(jobs, 'work', 'merge', { spec: { suspend: !job.spec?.suspend } }, scope)
        for (let count = one.turns; count > 0; count--) await turn()
      }
      for (const one of commands) await act(one).catch(() => undefined)
      broken = 0
      await client.patch(jobs, 'work', 'merge', { spec: { suspend: false } }, scope)
      for (let round = 0; round < 40; round++) {
        await cluster.settle()
        for (const pod of client.all(pods)) {
          if (pod.metadata?.deletionTimestamp)
            await client.delete(pods, pod.metadata.name!, { ...scope, gracePeriodSeconds: 0 })
          else if (!isTerminal(pod) && pod.spec?.nodeName) await end(pod, 'Succeeded')
        }
        cluster.clock.advance(700_000)
      }
      await cluster.settle()
      const { status } = await client.get(jobs, 'work', scope)
      assert.equal(status?.conditions?.find(({ type }) => type === 'Complete')?.status, 'True')
      assert.deepEqual(status?.uncountedTerminatedPods, { succeeded: [], failed: [] })
      assert.ok(most <= parallelism, `${most} pods at work`)
      if (indexed)
        assert.equal(
          status?.completedIndexes,
          completions === 1 ? '0' : completions === 2 ? '0,1' : `0-${completions - 1}`,
        )
      assert.deepEqual(problems, [])
      assert.ok((status?.succeeded ?? 0) >= completions)
      assert.ok((status?.succeeded ?? 0) <= Math.max(completions, succeeded.size))
      for (const [at, one] of seen.entries())
        assert.ok(at === 0 || (one?.succeeded ?? 0) >= (seen[at - 1]?.succeeded ?? 0), 'a count went down')
      assert.deepEqual(
        client.all(pods).flatMap(({ metadata }) => metadata?.finalizers ?? []),
        [],
      )
      cluster.stop()
    }),
    { numRuns: 40 },
  )
})
