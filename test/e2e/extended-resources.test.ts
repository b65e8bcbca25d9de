import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { claim, eventually } from './harness.ts'
import { scratch } from './scratch.ts'
import { STATE } from './traces.ts'

const pod = (name: string, count: number): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: shell
    image: fairlead/host
    command: [sleep, infinity]
    resources: {limits: {example.com/dongle: ${count}}}
---
`
const PATCH = [{ op: 'add', path: '/status/capacity/example.com~1dongle', value: '3' }]

claim('what somebody says that a node has is there for pods, is counted, and outlives its agent', async (assert) => {
  await using one = scratch()
  await one.up('extended', '--nodes', '2')
  const amounts = async (): Promise<readonly (string | undefined)[]> => {
    const { status } = JSON.parse(await one.kubectl('get', 'node', 'node-2', '-o', 'json')) as Node
    return [status?.capacity?.['example.com/dongle'], status?.allocatable?.['example.com/dongle']]
  }
  // kubectl 1.20 has no --subresource.
  const client = createUnixClient(join(STATE, 'extended', 'api.sock'))
  try {
    await client.patch(nodes, 'node-2', 'json', PATCH, { subresource: 'status' })
  } finally {
    client.close()
  }
  await eventually('it is allocatable', async () => (await amounts()).join() === '3,3', 20_000)

  const applied = await one.apply(`${pod('a', 2)}${pod('b', 1)}`)
  assert.equal(applied.status, 0, applied.stderr)
  await one.kubectl('wait', '--for=condition=Ready', 'pod/a', 'pod/b', '--timeout=30s')
  const where = await one.kubectl('get', 'pods', '-o', 'jsonpath={.items[*].spec.nodeName}')
  assert.equal(where, 'node-2 node-2')
  await one.apply(pod('c', 1))
  const reason = await eventually('the third does not fit', async () => {
    const text = await one.kubectl('get', 'pod', 'c', '-o', 'jsonpath={.status.conditions[0].message}')
    return text.includes('Insufficient') && text
  })
  assert.match(reason, /0\/2 nodes are available: 2 Insufficient example\.com\/dongle/)

  // A kubelet that starts again neither forgets it, nor the pods that have it.
  const { pid } = (await one.status('extended')).processes.find(({ role }) => role === 'agent-host')!
  process.kill(pid, 'SIGKILL')
  await eventually('it is dead', async () => !existsSync(`/proc/${pid}`))
  await eventually('all is well', async () => (await one.status('extended')).healthy)
  assert.deepEqual(await amounts(), ['3', '3'])
  assert.equal((await one.fairlead('node', 'stop', 'node-2', '--name', 'extended')).status, 0)
  assert.equal((await one.fairlead('node', 'start', 'node-2', '--name', 'extended')).status, 0)
  assert.deepEqual(await amounts(), ['3', '3'])
  await eventually('they run there again', async () => {
    const ready = await one.kubectl(
      'get',
      'pods',
      'a',
      'b',
      '-o',
      'jsonpath={.items[*].status.containerStatuses[0].ready}',
    )
    return ready === 'true true'
  })
  await one.kubectl('delete', 'pod', 'b')
  await one.kubectl('wait', '--for=condition=Ready', 'pod/c', '--timeout=30s')
  assert.deepEqual(await amounts(), ['3', '3'])
})
