import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sourceAddresses } from './source-addresses.ts'

const from = (remoteAddress: string | undefined, headers: object): readonly string[] =>
  sourceAddresses({ headers, socket: { remoteAddress } } as never)

test('who is behind proxies stands before the connection, which counts alone where nobody says so', () => {
  assert.deepEqual(from('::ffff:10.0.0.1', {}), ['10.0.0.1'])
  assert.deepEqual(from('::1', {}), ['::1'])
  assert.deepEqual(from(undefined, {}), [])
  assert.deepEqual(from('10.0.0.1', { 'x-forwarded-for': '1.2.3.4, nonsense,fd00::1', 'x-real-ip': '5.6.7.8' }), [
    '1.2.3.4',
    'fd00::1',
    '5.6.7.8',
    '10.0.0.1',
  ])
  assert.deepEqual(from('10.0.0.1', { 'x-forwarded-for': '1.2.3.4', 'x-real-ip': '1.2.3.4' }), ['1.2.3.4', '10.0.0.1'])
  assert.deepEqual(from('10.0.0.1', { 'x-real-ip': '10.0.0.1' }), ['10.0.0.1'])
})
