import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leftOut } from './left-out-flags.ts'

const read = (without: string, network = 'routed', asked: Readonly<Record<string, string>> = {}) =>
  leftOut('up', { without, network }, asked)

test('any of what can be left to others is named, in any order, and --network none is another word for one of them', () => {
  assert.deepEqual(read(''), [])
  assert.deepEqual(read('network, proxy'), ['proxy', 'network'])
  assert.deepEqual(read('policies'), ['policies'])
  assert.deepEqual(read('gateway,dns'), ['dns', 'gateway'])
  assert.deepEqual(read('dns,dns,'), ['dns'])
  assert.deepEqual(read('', 'none'), ['network'])
  assert.deepEqual(read('network,proxy', 'none', { network: 'none' }), ['proxy', 'network'])
})

test('what cannot be left out is refused by its name, and so are words that contradict each other', () => {
  assert.throws(() => read('proxy,pods,api'), {
    code: 'USAGE',
    message: 'up: --without names pods, api, which cannot be left out',
    hint: /any of proxy, dns, network, policies, gateway/,
  })
  assert.throws(() => read('network', 'routed', { network: 'routed' }), { code: 'USAGE', message: /the opposite/ })
  assert.deepEqual(read('proxy', 'routed', { network: 'routed' }), ['proxy'])
})
