import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject, Resource } from '#api/resource.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { Informers, writeThrough } from './informer.ts'
import { FakeClient, type FakeClientOptions } from './testing/fake-client.ts'

interface Thing extends ApiObject {
  readonly spec?: { readonly color: string }
}
const things = {
  group: 'test',
  version: 'v1',
  kind: 'Thing',
  plural: 'things',
  namespaced: true,
  message: { fields: { status: {} } },
} as unknown as Resource<Thing>
const thing = (name: string, color: string): Thing => ({
  apiVersion: 'test/v1',
  kind: 'Thing',
  metadata: { namespace: 'default', name },
  spec: { color },
})
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

const setup = (more: Partial<FakeClientOptions> = {}) => {
  const clock = new HandClock()
  const client = new FakeClient({ clock, ...more })
  const abort = new AbortController()
  const errors: string[] = []
  const informers = new Informers(client, {
    clock,
    random: () => 0.5,
    signal: abort.signal,
    onError: (error, what) => errors.push(`${what}: ${(error as Error).message}`),
  })
  const events: string[] = []
  const open = () => {
    const informer = informers.for(things)
    informer.addHandlers({
      onAdd: (object) => events.push(`+${object.metadata?.name}`),
      onUpdate: (_, object) => events.push(`~${object.metadata?.name}:${object.spec?.color}`),
      onDelete: (object) => events.push(`-${object.metadata?.name}`),
    })
    return informer
  }
  return { clock, client, abort, informers, open, events, errors }
}

test('an informer lists, watches, keeps its indexes and tells its handlers', async () => {
  const { client, open, events, abort } = setup()
  await client.create(things, thing('a', 'red'))
  const informer = open()
  informer.addIndex('color', (object) => [object.spec!.color])
  await informer.hasSynced
  await turn()
  await client.create(things, thing('b', 'red'))
  const a = informer.lister.get('a', 'default')!
  await client.update(things, { ...a, spec: { color: 'blue' } })
  await client.delete(things, 'b', { namespace: 'default' })
  assert.deepEqual(events, ['+a', '+b', '~a:blue', '-b'])
  assert.deepEqual(
    informer.lister.byIndex('color', 'blue').map((object) => object.metadata?.name),
    ['a'],
  )
  assert.deepEqual(informer.lister.byIndex('color', 'red'), [])
  abort.abort()
})

test('an event is in the store and with the handlers in the tick in which it arrives', async () => {
  const { client, open, events, abort } = setup()
  const informer = open()
  await informer.hasSynced
  await turn()
  let atWrite: string[] = []
  const write = client.create(things, thing('a', 'red')).then(() => {
    atWrite = [...events]
  })
  await write
  assert.deepEqual(atWrite, ['+a'])
  abort.abort()
})

test('after 410 Gone the informer lists again and tells what it has missed', async () => {
  let down = false
  const { client, open, events, abort, clock } = setup({
    fault: (verb) => (down && verb === 'list' ? new Error('down') : undefined),
  })
  await client.create(things, thing('a', 'red'))
  await client.create(things, thing('b', 'red'))
  const informer = open()
  await informer.hasSynced
  await turn()
  down = true
  client.compact()
  await client.delete(things, 'a', { namespace: 'default' })
  await client.create(things, thing('c', 'red'))
  down = false
  for (let i = 0; i < 4; i++) {
    await turn()
    clock.advance(10_000)
  }
  assert.deepEqual(events, ['+a', '+b', '+c', '-a'])
  abort.abort()
})

test('a server that refuses is asked again with a back-off, and the refusal is told', async () => {
  let refusals = 3
  const { open, clock, errors, abort } = setup({
    fault: (verb) => (verb === 'list' && refusals-- > 0 ? new Error('no server') : undefined),
  })
  const informer = open()
  for (let i = 0; i < 3; i++) {
    await turn()
    assert.equal(informer.synced, false)
    clock.advance(clock.next!)
  }
  await informer.hasSynced
  assert.equal(errors.filter((text) => text === 'list things: no server').length, 3)
  abort.abort()
})

test('a write of ours is in the cache when it resolves, and the late watch neither repeats nor undoes it', async () => {
  const late: (() => void)[] = []
  const { client, informers, open, events, abort } = setup({
    watchDelay: () => new Promise((resolve) => late.push(resolve)),
  })
  const informer = open()
  await informer.hasSynced
  await turn()
  const through = writeThrough(client, informers)
  const created = await through.create(things, thing('a', 'red'))
  assert.equal(informer.lister.get('a', 'default'), created)
  await through.update(things, { ...created, spec: { color: 'blue' } })
  while (late.length > 0) {
    late.shift()!()
    await turn()
  }
  assert.deepEqual(events, ['+a', '~a:blue'])
  assert.equal(informer.lister.get('a', 'default')?.spec?.color, 'blue')
  abort.abort()
})

test('observing what the watch has already seen deleted does not bring it back', async () => {
  const { client, open, events, abort } = setup()
  const informer = open()
  await informer.hasSynced
  await turn()
  const created = await client.create(things, thing('a', 'red'))
  await client.delete(things, 'a', { namespace: 'default' })
  informer.observe(created)
  assert.equal(informer.lister.get('a', 'default'), undefined)
  assert.deepEqual(events, ['+a', '-a'])
  abort.abort()
})

test('a list is right also where its versions are lower, and a quiet watch that ends is taken up without a pause', async () => {
  const { client, open, events, abort, clock } = setup()
  const informer = open()
  await informer.hasSynced
  informer.replace(
    [{ ...thing('a', 'red'), metadata: { ...thing('a', 'red').metadata, uid: 'u', resourceVersion: '900' } }],
    '900',
  )
  informer.replace(
    [{ ...thing('a', 'blue'), metadata: { ...thing('a', 'blue').metadata, uid: 'u', resourceVersion: '50' } }],
    '60',
  )
  assert.deepEqual(events, ['+a', '~a:blue'])
  informer.replace([], '61')
  assert.deepEqual(events, ['+a', '~a:blue', '-a'])
  await turn()
  clock.advance(60_000)
  client.close()
  await turn()
  await client.create(things, thing('b', 'red'))
  assert.equal(events.at(-1), '+b')
  abort.abort()
})

test('a list that is older than a write of ours does not undo it, and the watch after it does not repeat it', async () => {
  // The watch never says anything: what follows is known by our own writes alone.
  const { client, informers, open, events, abort } = setup({ watchDelay: () => new Promise(() => {}) })
  const informer = open()
  await informer.hasSynced
  await turn()
  const through = writeThrough(client, informers)
  const created = await through.create(things, thing('a', 'red'))
  const before = { items: [created], resourceVersion: client.resourceVersion }
  const updated = await through.update(things, { ...created, spec: { color: 'blue' } })
  const made = await through.create(things, thing('b', 'green'))
  informer.replace(before.items, before.resourceVersion)
  assert.equal(informer.lister.get('a', 'default'), updated)
  assert.equal(informer.lister.get('b', 'default'), made)
  assert.deepEqual(events, ['+a', '~a:blue', '+b'])
  informer.replace([updated, made], made.metadata!.resourceVersion!)
  assert.deepEqual(events, ['+a', '~a:blue', '+b'])
  informer.replace([updated], String(Number(made.metadata!.resourceVersion) + 1))
  assert.deepEqual(events, ['+a', '~a:blue', '+b', '-b'])
  abort.abort()
})

test('an event of the past does not make us forget that a write of ours is newer than it', async () => {
  const { client, informers, open, abort } = setup({ watchDelay: () => new Promise(() => {}) })
  const informer = open()
  await informer.hasSynced
  await turn()
  const through = writeThrough(client, informers)
  const created = await through.create(things, thing('a', 'red'))
  const before = client.resourceVersion
  const updated = await through.update(things, { ...created, spec: { color: 'blue' } })
  informer.apply({ type: 'ADDED', object: created })
  informer.replace([created], before)
  assert.equal(informer.lister.get('a', 'default'), updated)
  abort.abort()
})

test('handlers that were taken away hear no more, and the others do', async () => {
  const { client, open, events, abort } = setup()
  const informer = open()
  const told: string[] = []
  const remove = informer.addHandlers({ onAdd: (object) => told.push(object.metadata!.name!) })
  await informer.hasSynced
  await client.create(things, thing('a', 'red'))
  await turn()
  remove()
  await client.create(things, thing('b', 'red'))
  await turn()
  assert.deepEqual(told, ['a'])
  assert.deepEqual(events, ['+a', '+b'])
  abort.abort()
})
