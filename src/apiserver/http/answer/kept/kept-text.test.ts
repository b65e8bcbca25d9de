import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { KeptText } from './kept-text.ts'

const write = (object: ApiObject): string => JSON.stringify(object)
const owner = (manager: string, fieldsV1?: object) => ({ manager, ...(fieldsV1 === undefined ? {} : { fieldsV1 }) })
const object = (name: string, owners: readonly object[], more: object = {}): ApiObject =>
  ({ kind: 'Lamp', metadata: { name, managedFields: owners, ...more } }) as unknown as ApiObject

const fields = { 'f:spec': { 'f:colour': {}, 'k:{"port":80}': { '.': {} } } }

test('the text is what is written, whoever owns whatever', () => {
  for (const one of [
    object('a', []),
    object('b', [owner('x', fields)]),
    object('c', [owner('x', fields), owner('nobody'), owner('y', { 'f:status': {} }), owner('z', {})]),
    { kind: 'Lamp' } as unknown as ApiObject,
    object('d', [owner('x', { [`f:${'long'.repeat(5000)}`]: {} })]),
  ])
    for (let time = 0; time < 2; time++) assert.equal(new KeptText(one, write).text, write(one))
})

test('what a client writes is never taken for a set', () => {
  const mark = '\0fieldsV1\0'
  const annotated = object('a', [owner('x', fields)], { annotations: { mark, more: `${mark}"${mark}` } })
  assert.equal(new KeptText(annotated, write).text, write(annotated))
})

test('a set that many objects hold takes memory once', () => {
  const shared = { 'f:data': { 'f:a': {}, 'f:b': {}, 'f:c': {} } }
  const [first, second] = ['a', 'b'].map((name) => new KeptText(object(name, [owner('x', shared)]), write))
  assert.equal(first!.octets - second!.octets, JSON.stringify(shared).length)
  const wide = new KeptText(object('\u{1f4a1}', []), write)
  assert.equal(wide.octets, 2 * wide.text.length)
})
