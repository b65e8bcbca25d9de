import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMap } from '#api/core/configmap/kind.ts'
import { gadget, gadgets, gadgetsV1, gadgetV1, shopGadget, shopGadgets } from '#api/testing/gadgets.ts'
import { Catalogue } from './catalogue.ts'
import { validateCreate } from './validate.ts'

const served = (): Catalogue => new Catalogue([configMap, gadget, gadgetV1, shopGadget])

test('each form of a kind is found by its own path and name, and is stored as the kind', () => {
  const catalogue = served()
  assert.equal(catalogue.find({ group: 'lab.example', version: 'v1', plural: 'gadgets' }), gadgetV1)
  assert.equal(catalogue.find({ group: 'lab.example', version: 'v2', plural: 'gadgets' }), gadget)
  assert.equal(catalogue.find({ group: 'lab.example', version: 'v3', plural: 'gadgets' }), undefined)
  assert.equal(catalogue.findKind('shop.example/v1', 'Gadget'), shopGadget)
  assert.equal(catalogue.message('lab.example/v1', 'GadgetList'), gadgetsV1.list)
  assert.deepEqual(catalogue.resources, [configMap.resource, gadgets, gadgetsV1, shopGadgets])
  assert.deepEqual(catalogue.stored, [configMap.resource, gadgets])
  assert.deepEqual(catalogue.formsOf(gadget), [gadgetV1, shopGadget])
  assert.deepEqual(catalogue.formsOf(gadgetV1), [])
})

test('a form goes alone, and the kind with all its forms', () => {
  const catalogue = served()
  const changes: string[] = []
  catalogue.onChange(({ type, kind: { resource } }) => changes.push(`${type} ${resource.group}/${resource.version}`))
  catalogue.remove(gadgetsV1)
  assert.deepEqual(catalogue.stored, [configMap.resource, gadgets])
  assert.equal(catalogue.find(gadgetsV1), undefined)
  catalogue.remove(gadgets)
  assert.deepEqual(catalogue.kinds, [configMap])
  assert.deepEqual(catalogue.stored, [configMap.resource])
  assert.deepEqual(changes, ['removed lab.example/v1', 'removed shop.example/v1', 'removed lab.example/v2'])
})

test('a form of what is not there, and a second kind that would be stored in the same place, are not served', () => {
  assert.throws(() => new Catalogue([gadgetV1]), /lab.example\/v1 Gadget is a form of lab.example\/v2 Gadget, which/)
  const { form: _, ...plain } = gadgetV1
  assert.throws(() => new Catalogue([gadget, plain]), /lab.example\/gadgets is lab.example\/v2 Gadget/)
})

test('a kind that is hidden is stored, and served in its forms alone', () => {
  const hidden = { ...gadget, isHidden: true }
  const form = { ...gadgetV1, form: { ...gadgetV1.form!, of: hidden } }
  const catalogue = new Catalogue([hidden, form])
  assert.deepEqual(catalogue.kinds, [form])
  assert.deepEqual(catalogue.stored, [gadgets])
  assert.equal(catalogue.of(gadgets), hidden, 'who has its resource reaches it')
  assert.equal(catalogue.find({ group: 'lab.example', version: 'v2', plural: 'gadgets' }), undefined)
  assert.equal(catalogue.findKind('lab.example/v2', 'Gadget'), undefined)
  catalogue.remove(gadgets)
  assert.deepEqual([catalogue.kinds, catalogue.stored], [[], []])
})

test('what a form does not say of itself is asked of the kind, of the object as it is stored', () => {
  const object: any = {
    apiVersion: 'lab.example/v1',
    kind: 'Gadget',
    metadata: { name: 'a', namespace: 'b' },
    size: '-1mm',
  }
  assert.deepEqual(
    validateCreate(gadgetV1, object).map(({ field, detail }: any) => [field, detail]),
    [['spec.width', 'must be positive']],
  )
  gadgetV1.prepare?.create?.(object)
  assert.deepEqual([object.size, object.colour], ['-1mm', 'grey'])
  assert.equal(gadgetV1.fields?.['spec.width']?.(object), -1)
  assert.deepEqual(gadgetV1.generation?.(object), { width: -1, colour: 'grey' })
  assert.equal(gadgetV1.isCreatedByPut, true)
})

test('the same stored object is always read as the same object', () => {
  const stored: any = { apiVersion: 'lab.example/v2', kind: 'Gadget', spec: { width: 3 } }
  const { read, write } = gadgetV1.form!
  assert.deepEqual(read(stored), { apiVersion: 'lab.example/v1', kind: 'Gadget', size: '3mm' })
  assert.equal(read(stored), read(stored))
  assert.deepEqual(write(read(stored)), stored)
})
