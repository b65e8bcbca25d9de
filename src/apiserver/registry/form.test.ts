import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Catalogue } from '#api/catalogue/catalogue.ts'
import { gadget, gadgets, gadgetsV1, gadgetV1, shopGadget, shopGadgets } from '#api/testing/gadgets.ts'
import { ApiError } from '#client/client.ts'
import { SYSTEM } from '../access/caller.ts'
import { createMachinery } from '../machinery/create-machinery.ts'
import { memoryJournal } from '../storage/memory-journal.ts'
import { Store } from '../storage/store.ts'
import { createTestRegistry } from '../testing/test-registry.ts'

const request = { caller: SYSTEM, namespace: 'default' }
const v1 = (name: string, size?: string): any => ({
  apiVersion: 'lab.example/v1',
  kind: 'Gadget',
  metadata: { name },
  ...(size && { size }),
})
const setUp = () => {
  const store = new Store(memoryJournal(1))
  const machinery = createMachinery(new Catalogue([gadget, gadgetV1, shopGadget]))
  return { store, registry: createTestRegistry({ store, machinery }) }
}
const code = (error: unknown): number | undefined => (error instanceof ApiError ? error.status.code : undefined)

test('what is written in one form is stored once, and read in each form with the same identity', async () => {
  const { registry, store } = setUp()
  const made: any = await registry.create(gadgetsV1, v1('a', '5mm'), request)
  assert.deepEqual(
    [made.apiVersion, made.size, made.colour, made.metadata.generation],
    ['lab.example/v1', '5mm', 'grey', 1],
  )
  const stored: any = store.collection(gadgets).get('default/a')
  assert.deepEqual([stored.apiVersion, stored.spec], ['lab.example/v2', { width: 5, colour: 'grey' }])
  const [one, two, three]: any[] = [gadgets, gadgetsV1, shopGadgets].map((form) => registry.get(form, 'default', 'a'))
  assert.deepEqual([one.spec.width, two.size, three.size], [5, '5mm', '5mm'])
  assert.deepEqual([two.apiVersion, three.apiVersion], ['lab.example/v1', 'shop.example/v1'])
  assert.deepEqual(two.metadata, one.metadata)
  assert.equal(registry.get(gadgetsV1, 'default', 'a'), two, 'it is made once')
})

test('a form has defaults of its own, and its writes are checked by the rules of what is stored', async () => {
  const { registry } = setUp()
  assert.equal(((await registry.create(gadgetsV1, v1('a'), request)) as any).size, '7mm')
  const refusal = await registry.create(gadgetsV1, v1('b', '-1mm'), request).catch((error) => error)
  assert.equal(code(refusal), 422)
  assert.match(refusal.message, /^Gadget.lab.example "b" is invalid: spec.width: Invalid value: -1: must be positive$/)
})

test('an update in one form is seen in the others, counts as one change, and is no change where it says the same', async () => {
  const { registry } = setUp()
  const made = await registry.create(gadgetsV1, v1('a', '5mm'), request)
  const same = await registry.update(gadgetsV1, 'a', (object) => ({ ...object }), request)
  assert.equal(same.metadata?.resourceVersion, made.metadata?.resourceVersion)
  const next: any = await registry.update(shopGadgets, 'a', (object) => ({ ...object, size: '6mm' }) as any, request)
  assert.deepEqual([next.apiVersion, next.size, next.metadata.generation], ['shop.example/v1', '6mm', 2])
  assert.equal((registry.get(gadgets, 'default', 'a') as any).spec.width, 6)
  const stale = { ...made, size: '9mm' } as any
  assert.equal(code(await registry.put(gadgetsV1, 'a', stale, request).catch((error) => error)), 409)
  const put = await registry.put(gadgetsV1, 'new', v1('new', '1mm'), request)
  assert.equal(put.created, true)
})

test('a dry run answers in the form that was asked, and keeps nothing', async () => {
  const { registry, store } = setUp()
  const answer: any = await registry.create(gadgetsV1, v1('a', '5mm'), { ...request, dryRun: true })
  assert.deepEqual([answer.apiVersion, answer.size], ['lab.example/v1', '5mm'])
  assert.equal(store.collection(gadgets).size, 0)
})

test('lists and watches are in the form that was asked, and select by its fields', async () => {
  const { registry } = setUp()
  await registry.create(gadgets, { ...v1('a'), apiVersion: 'lab.example/v2', spec: { width: 5 } } as any, request)
  await registry.create(gadgetsV1, v1('b', '6mm'), request)
  const sizes = (items: readonly any[]): readonly string[] => items.map(({ size }) => size)
  assert.deepEqual(sizes(registry.list(gadgetsV1, {}).items), ['5mm', '6mm'])
  const matches = registry.machinery.fieldSelector(gadgetsV1, 'spec.width=6')
  assert.deepEqual(sizes(registry.list(gadgetsV1, { matches }).items), ['6mm'])
  const watch = registry.watch(gadgetsV1, { matches }, {}, () => undefined)
  await registry.update(gadgets, 'a', (object) => ({ ...object, spec: { width: 6 } }) as any, request)
  await registry.update(shopGadgets, 'b', (object) => ({ ...object, size: '7mm' }) as any, request)
  const told = [watch.next(), watch.next(), watch.next()] as any[]
  assert.deepEqual(
    told.map(({ type, object }) => [type, object.apiVersion, object.metadata.name, object.size]),
    [
      ['ADDED', 'lab.example/v1', 'b', '6mm'],
      ['ADDED', 'lab.example/v1', 'a', '6mm'],
      ['DELETED', 'lab.example/v1', 'b', '6mm'],
    ],
  )
  assert.equal(watch.next(), undefined)
  watch.close()
})

test('what is deleted in one form is gone in all, and its last state is told in the form of each watch', async () => {
  const { registry } = setUp()
  await registry.create(gadgetsV1, v1('a', '5mm'), request)
  const { revision } = registry
  const watch = registry.watch(gadgets, {}, { resourceVersion: String(revision) }, () => undefined)
  const { object, gone } = await registry.delete(shopGadgets, 'a', request)
  assert.deepEqual([(object as any).size, gone], ['5mm', true])
  const event: any = watch.next()
  assert.deepEqual([event.type, event.object.spec.width], ['DELETED', 5])
  assert.equal(code(await registry.delete(gadgetsV1, 'a', request).catch((error) => error)), 404)
})

test('watches of a form end when it is served no more, those of the others go on, and nothing is lost', async () => {
  const { registry } = setUp()
  await registry.create(gadgetsV1, v1('a', '5mm'), request)
  let woken = 0
  const resumed = { resourceVersion: String(registry.revision) }
  const watch = registry.watch(gadgetsV1, {}, resumed, () => woken++)
  const other = registry.watch(shopGadgets, {}, resumed, () => undefined)
  registry.machinery.catalogue.remove(gadgetsV1)
  await new Promise(setImmediate)
  assert.deepEqual([watch.isOver, other.isOver, woken], [true, false, 1])
  assert.throws(() => registry.get(gadgetsV1, 'default', 'a'), /could not find the requested resource/)
  assert.equal((registry.get(shopGadgets, 'default', 'a') as any).size, '5mm')
})
