import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { nodeObject } from './node-object.ts'
import { keepNodeStatus, registerNode } from './node-registration.ts'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const info = { operatingSystem: 'linux', architecture: 'amd64' } as never
const here = { name: 'n1', addresses: ['172.30.0.2', 'fd00::2'], podCidrs: ['10.244.1.0/24'] }
const WANTED = nodeObject(here, { cpus: 2, memoryBytes: 1024, diskBytes: 1024, info }, '2026-01-01T00:00:00Z', {})

const start = (fault: (verb: string, subresource: string) => Error | undefined = () => undefined) => {
  const clock = new HandClock()
  const client = new FakeClient({ clock, fault: (verb, _, __, subresource) => fault(verb, subresource) })
  const stop = new AbortController()
  const [errors, told]: [string[], string[]] = [[], []]
  const options = {
    clock,
    signal: stop.signal,
    onError: (error: unknown) => void errors.push((error as Error).message),
    record: (reason: string) => void told.push(reason),
  }
  const shown = (): Node => client.all(nodes)[0]!
  return {
    clock,
    client,
    stop,
    errors,
    told,
    options,
    shown,
    register: () => registerNode(client, nodes, WANTED, options),
  }
}
/** A node that has registered, and what it has to say against itself from then on. */
const kept = async (fault?: (verb: string, subresource: string) => Error | undefined) => {
  const node = start(fault)
  const registered = (await node.register())!
  const state = {
    fault: undefined as string | undefined,
    images: [] as { names: string[]; sizeBytes: number }[],
    version: undefined as string | undefined,
  }
  const look = keepNodeStatus(
    node.client,
    nodes,
    { ...registered, status: { ...registered.status, images: [] } },
    node.shown,
    {
      ...node.options,
      trouble: () => ({ fault: state.fault }),
      images: () => state.images,
      runtime: { version: async () => state.version },
    },
  )
  const writes = () => Number(node.shown().metadata?.resourceVersion)
  return { ...node, state, look, writes }
}
const ready = ({ status }: Node) => status?.conditions?.find(({ type }) => type === 'Ready')

test('a Node is made with its status, and one that is there is brought up to date, with all of its addresses', async () => {
  const { register, shown, told } = start()
  assert.equal((await register())?.metadata?.name, 'n1')
  assert.equal(ready(shown())?.status, 'True')
  await register()
  assert.deepEqual(
    shown().status?.addresses?.map(({ address }) => address),
    ['172.30.0.2', 'fd00::2', 'n1'],
  )
  assert.equal(told.filter((reason) => reason === 'Starting').length, 2)
})

test('a server that does not answer is asked again, ever more slowly, and not by who stops', async () => {
  let isDown = true
  const { register, errors, clock, stop, shown } = start(() => (isDown ? new Error('down') : undefined))
  const waits: number[] = []
  const registered = register()
  for (let tries = 0; tries < 6; tries++) {
    await turns()
    waits.push(clock.next ?? 0)
    clock.advance(clock.next ?? 0)
  }
  await turns()
  assert.ok(errors.length >= 6 && errors.every((one) => one === 'down'))
  assert.ok(waits[0]! <= 50 && waits[5]! > 4 * waits[0]!, waits.join())
  isDown = false
  clock.advance(7000)
  await registered
  assert.equal(shown().metadata?.name, 'n1')
  stop.abort()
  assert.equal(await register(), undefined)
})

test('a status that is as it was is posted every five minutes alone, and one that is not at the next look', async () => {
  const { clock, look, state, shown, writes, stop } = await kept()
  clock.advance(10_000)
  await turns()
  const first = writes()
  clock.advance(10_000)
  await turns()
  assert.equal(writes(), first)
  state.fault = 'no network'
  look()
  await turns()
  assert.deepEqual([ready(shown())?.status, ready(shown())?.message], ['False', 'no network'])
  state.fault = 'no plugin'
  clock.advance(10_000)
  await turns()
  assert.equal(ready(shown())?.message, 'no plugin')
  const second = writes()
  for (let tens = 0; tens < 29; tens++) {
    clock.advance(10_000)
    await turns()
  }
  assert.equal(writes(), second)
  clock.advance(10_000)
  await turns()
  assert.ok(writes() > second)
  stop.abort()
  assert.equal(clock.pending, 0)
})

test('a runtime is of an unknown version until it has told one, which is looked for two seconds after the start', async () => {
  const { clock, state, shown } = await kept()
  const version = () => shown().status?.nodeInfo?.containerRuntimeVersion
  clock.advance(2000)
  await turns()
  assert.equal(version(), 'runc://Unknown')
  state.version = '1.1.5+ds1'
  clock.advance(10_000)
  await turns()
  assert.equal(version(), 'runc://1.1.5+ds1')
})

test('what others wrote over a status is put right, images that came are told, and their own resources stay', async () => {
  const { clock, client, state, shown } = await kept()
  const patch = (status: object) => client.patch(nodes, 'n1', 'strategic', { status }, { subresource: 'status' })
  await patch({ conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] })
  await patch({ capacity: { cpu: '64', 'example.com/gpu': '2', 'hugepages.kubernetes.io/x': '1' } })
  state.images = [{ names: ['a'], sizeBytes: 1 }]
  clock.advance(10_000)
  await turns()
  assert.equal(ready(shown())?.status, 'True')
  const { capacity, allocatable, images } = shown().status ?? {}
  assert.deepEqual(capacity, { ...WANTED.status?.capacity, 'example.com/gpu': '2' })
  assert.deepEqual(allocatable, { ...WANTED.status?.allocatable, 'example.com/gpu': '2' })
  assert.deepEqual(images, state.images)
})

test('a Node that was deleted is not written again, and a write that failed is told of and made up for', async () => {
  let isDown = false
  const { clock, client, state, errors, shown } = await kept((_, subresource) =>
    isDown && subresource === 'status' ? new Error('down') : undefined,
  )
  isDown = true
  state.fault = 'x'
  clock.advance(10_000)
  await turns()
  assert.deepEqual(errors, ['down'])
  isDown = false
  clock.advance(10_000)
  await turns()
  assert.equal(ready(shown())?.status, 'False')
  await client.delete(nodes, 'n1')
  clock.advance(600_000)
  await turns()
  assert.deepEqual([client.all(nodes), errors.length], [[], 1])
})
