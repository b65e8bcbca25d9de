import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attachedResult } from './attached-result.ts'

test('a result has the link’s two ends, its addresses at the container’s, and in older versions their families', () => {
  const link = {
    ifName: 'eth0',
    netns: '/run/netns/a',
    mac: '0a:58:0a:f4:01:02',
    mtu: 1450,
    node: { link: 'fl-1', mac: '0a:58:00:00:00:01' },
    ways: [
      { address: '10.244.1.2', isIpv6: false, gateway: '169.254.1.1', everywhere: '0.0.0.0/0' },
      { address: 'fd00::2', isIpv6: true, gateway: 'fe80::1', everywhere: '::/0' },
    ],
  }
  const { interfaces, ips, routes, cniVersion } = attachedResult(link, '1.1.0')
  assert.deepEqual(
    interfaces?.map(({ name, sandbox, mtu }) => [name, sandbox, mtu]),
    [
      ['fl-1', undefined, 1450],
      ['eth0', '/run/netns/a', 1450],
    ],
  )
  assert.deepEqual(ips, [
    { address: '10.244.1.2/32', gateway: '169.254.1.1', interface: 1 },
    { address: 'fd00::2/128', gateway: 'fe80::1', interface: 1 },
  ])
  assert.deepEqual(routes, [
    { dst: '0.0.0.0/0', gw: '169.254.1.1' },
    { dst: '::/0', gw: 'fe80::1' },
  ])
  assert.equal(cniVersion, '1.1.0')
  const old = attachedResult(link, '0.4.0')
  assert.deepEqual([old.interfaces?.[1]?.mtu, old.ips?.map(({ version }) => version)], [undefined, ['4', '6']])
})
