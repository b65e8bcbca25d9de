import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRefusals, refusalsText } from './refusals.ts'

const configMap = (data: Record<string, string>) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fairlead-gateway' }, data }) as const

test('what a pod writes is read back, together with what other pods say, and what is no text is passed over', () => {
  const data = {
    a: refusalsText(new Map([['HTTPRoute shop/cart 0', 'bad regex']])),
    b: refusalsText(
      new Map([
        ['x', 'y'],
        ['HTTPRoute shop/cart 0', 'another word'],
      ]),
    ),
    c: '{"z":5,"w":"words"}',
    d: 'no JSON',
    e: 'null',
  }
  const all = readRefusals(configMap(data), () => true)
  assert.deepEqual(Object.fromEntries(all), { 'HTTPRoute shop/cart 0': 'bad regex', x: 'y', w: 'words' })
  assert.equal(readRefusals(undefined, () => true).size, 0)
})

test('what a pod said that is gone counts no more, and the same refusals are the same text', () => {
  const data = { gone: refusalsText(new Map([['x', 'y']])) }
  assert.equal(readRefusals(configMap(data), (pod) => pod !== 'gone').size, 0)
  assert.equal(
    refusalsText(
      new Map([
        ['b', '1'],
        ['a', '2'],
      ]),
    ),
    refusalsText(
      new Map([
        ['a', '2'],
        ['b', '1'],
      ]),
    ),
  )
})
