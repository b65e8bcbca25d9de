import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deployment, Everything, Nested, Pod, Service } from '../../testing/messages.ts'
import { DEDUCED, type FieldType, UNTYPED, UNTYPED_SCALAR } from './field-type.ts'
import { messageType } from './message-type.ts'

const at = (type: FieldType, ...names: readonly string[]): FieldType =>
  names.reduce((found, name) => {
    const within = found.list?.items ?? found
    return within.map!.fields.get(name)?.type ?? within.map!.elements!
  }, type)
const entry = (type: FieldType, name: string) => (type.list?.items ?? type).map!.fields.get(name)!

test('a list is told by its keys, as a set, or as a whole, as its field declares', () => {
  const ports = at(messageType(Service), 'spec', 'ports').list!
  assert.deepEqual(
    [ports.atomic, ports.keys, [...ports.keyDefaults]],
    [
      false,
      ['port', 'protocol'],
      [
        ['port', 0],
        ['protocol', 'TCP'],
      ],
    ],
  )
  const finalizers = at(messageType(Service), 'metadata', 'finalizers').list!
  assert.deepEqual([finalizers.atomic, finalizers.keys], [false, []])
  assert.equal(at(messageType(Service), 'spec', 'externalIPs').list!.atomic, true)
  assert.equal(at(messageType(Everything), 'numbers').list!.atomic, true)
  assert.deepEqual([...at(messageType(Pod), 'spec', 'containers').list!.keyDefaults], [['name', '']])
})

test('a map is owned by its members, unless its field says that it is one', () => {
  assert.equal(at(messageType(Service), 'spec', 'selector').map!.atomic, true)
  const labels = at(messageType(Service), 'metadata', 'labels').map!
  assert.deepEqual([labels.atomic, labels.elements], [false, { scalar: 'string' }])
})

test('what Go shows of a value that is not set is known, and what it leaves out', () => {
  const deployment = messageType(Deployment)
  const shown = (type: FieldType, name: string) => [entry(type, name).absent, entry(type, name).omitsZero]
  assert.deepEqual(shown(deployment, 'spec'), [{}, false])
  assert.deepEqual(shown(at(deployment, 'spec', 'template', 'spec'), 'containers'), [null, false])
  assert.deepEqual(shown(at(deployment, 'spec', 'template', 'spec'), 'volumes'), [undefined, true])
  assert.deepEqual(shown(at(deployment, 'spec', 'strategy'), 'rollingUpdate'), [undefined, false])
  const port = at(messageType(Service), 'spec', 'ports')
  assert.deepEqual(shown(port, 'port'), [0, false])
  assert.deepEqual(shown(port, 'name'), [undefined, true])
  assert.deepEqual(shown(port, 'targetPort'), [0, false])
  assert.deepEqual(shown(messageType(Service).map!.fields.get('metadata')!.type, 'creationTimestamp'), [
    undefined,
    false,
  ])
  assert.deepEqual(shown(messageType(Everything), 'when'), [null, false])
})

test('the fields of inlined messages are the message’s own, and one may hold itself', () => {
  const volume = at(messageType(Pod), 'spec', 'volumes')
  assert.deepEqual([...volume.list!.items.map!.fields.keys()], ['name', 'hostPath', 'emptyDir'])
  const nested = messageType(Nested)
  assert.equal(at(nested, 'not'), nested)
})

test('each scalar has its kind; what has none that is known may be anything', () => {
  const of = (name: string): FieldType => at(messageType(Everything), name)
  assert.deepEqual(
    ['text', 'flag', 'small', 'large', 'real', 'bytes', 'apiVersion', 'kind'].map((name) => of(name).scalar),
    ['string', 'boolean', 'numeric', 'numeric', 'numeric', 'string', 'string', 'string'],
  )
  for (const name of ['when', 'exactly', 'size', 'port']) assert.equal(of(name), UNTYPED_SCALAR)
  assert.equal(of('raw'), UNTYPED)
  assert.equal(of('json'), DEDUCED)
  assert.equal(of('managed'), DEDUCED)
  assert.deepEqual([of('words').list!.atomic, of('words').list!.items], [true, { scalar: 'string' }])
})
