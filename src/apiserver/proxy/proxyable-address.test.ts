import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isProxyable, parsePort } from './proxyable-address.ts'

test('the API server connects to addresses that a pod or a node can have, and to nothing that means this machine', () => {
  for (const address of ['10.244.1.2', '172.30.0.2', '192.0.2.1', '100.64.0.1', 'fd00::1', '2001:db8::1'])
    assert.equal(isProxyable(address), true, address)
  for (const address of [
    '0.0.0.0',
    '127.0.0.1',
    '127.8.0.1',
    '169.254.169.254',
    '224.0.0.1',
    '239.255.255.250',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'febf::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
    '::ffff:10.244.1.2',
    'localhost',
    '10.244.1',
    '',
  ])
    assert.equal(isProxyable(address), false, address)
})

test('a port is a number from 1 to 65535', () => {
  assert.deepEqual(['1', '80', '65535'].map(parsePort), [1, 80, 65_535])
  for (const text of ['0', '65536', '-1', '8e1', ' 80', '', '080000'])
    assert.throws(() => parsePort(text), { message: `${JSON.stringify(text)} is no port: one is from 1 to 65535` })
})
