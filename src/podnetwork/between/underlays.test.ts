import assert from 'node:assert/strict'
import { test } from 'node:test'
import { underlaysOf } from './underlays.ts'

const LINKS = [
  { index: 1, name: 'lo', mtu: 65536 },
  { index: 4, name: 'ens5', mtu: 9001 },
]

test('the underlay is the link that has a node’s address, with what the kernel takes to be on it', () => {
  const addresses = [
    { link: 1, address: '127.0.0.1/8' },
    { link: 4, address: '10.0.3.7/20' },
    { link: 4, address: 'fe80::1/64' },
    { link: 4, address: '2001:db8::7/128' },
  ]
  assert.deepEqual(underlaysOf(['10.0.3.7', '2001:db8:0::7'], LINKS, addresses), [
    { family: 'IPv4', link: 'ens5', mtu: 9001, address: '10.0.3.7', subnet: '10.0.0.0/20' },
    { family: 'IPv6', link: 'ens5', mtu: 9001, address: '2001:db8:0::7', subnet: '2001:db8::7/128' },
  ])
  assert.deepEqual(underlaysOf(['203.0.113.9'], LINKS, addresses), [], 'a cloud’s, that no link has')
})
