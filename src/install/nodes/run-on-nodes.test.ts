import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { type NodeTask, runOnNodes } from './run-on-nodes.ts'

const node = (name: string, ready: 'True' | 'False' | 'Unknown' = 'True'): Node =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  }) as Node
const task: NodeTask = { name: 'cleanup', namespace: 'f', image: 'i', command: ['/c'] }

/** `ends`: what becomes of the pod of a node. */
const run = async (nodes: readonly Node[], ends: Record<string, Pod['status']>, before: readonly string[] = []) => {
  const clock = new HandClock()
  const client = new FakeClient({ clock })
  const made: Pod[] = []
  const end = async () => {
    for (const pod of client.all(pods)) {
      if (!made.some(({ metadata }) => metadata?.uid === pod.metadata?.uid)) made.push(pod)
      const status = ends[pod.spec!.nodeName!]
      if (status && !pod.status?.phase)
        await client.update(pods, { ...pod, status }, { namespace: 'f', subresource: 'status' })
    }
  }
  for (const name of before)
    await client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'f' },
      spec: { nodeName: 'old', containers: [] },
    })
  const { signal } = new AbortController()
  const done = runOnNodes(task, nodes, { client, clock, signal, timeoutMs: 10_000 })
  let isDone = false
  done.then(
    () => {
      isDone = true
    },
    () => {
      isDone = true
    },
  )
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve))
    await end()
    if (!isDone && clock.next !== undefined) clock.advance(clock.next)
  }
  return { outcomes: await done, made, left: client.all(pods) }
}

test('the task runs once on each node, in its network and with all rights, and leaves no pod', async () => {
  const { outcomes, made, left } = await run([node('n1'), node('n2', 'False')], {
    n1: { phase: 'Succeeded' },
    n2: { phase: 'Succeeded' },
  })
  assert.deepEqual(outcomes, [{ node: 'n1' }, { node: 'n2' }], 'a node without a network of pods is there all the same')
  assert.deepEqual(left, [])
  const [{ metadata, spec }] = made as [Pod]
  assert.equal(metadata?.name, 'fairlead-cleanup-n1')
  const [container] = spec!.containers!
  assert.deepEqual(
    [
      spec?.nodeName,
      spec?.hostNetwork,
      spec?.restartPolicy,
      spec?.automountServiceAccountToken,
      container!.securityContext,
    ],
    ['n1', true, 'Never', false, { privileged: true }],
  )
  assert.deepEqual([container!.image, container!.command], ['i', ['/c']])
})

test('what fails tells its last words, a silent node is not waited for, and one that never ends not for ever', async () => {
  const { outcomes, left } = await run([node('n1'), node('n2', 'Unknown'), node('n3')], {
    n1: {
      phase: 'Failed',
      containerStatuses: [{ name: 'c', state: { terminated: { exitCode: 3, message: 'no kernel\n' } } }],
    } as unknown as Pod['status'],
    n3: {
      phase: 'Pending',
      containerStatuses: [{ name: 'c', state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } }],
    } as unknown as Pod['status'],
  })
  assert.deepEqual(outcomes, [
    { node: 'n1', failed: 'it ended with status 3: no kernel' },
    { node: 'n2', failed: 'its kubelet says nothing: the node is down, or cut off' },
    { node: 'n3', failed: 'it has not ended: no such image' },
  ])
  assert.deepEqual(left, [])
})

test('a pod that an interrupted one has left makes room for a new one', async () => {
  const { outcomes, made } = await run([node('n1')], { n1: { phase: 'Succeeded' } }, ['fairlead-cleanup-n1'])
  assert.deepEqual(outcomes, [{ node: 'n1' }])
  assert.deepEqual(made.map(({ spec }) => spec?.nodeName).at(-1), 'n1')
})
