import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodePartsOf, readSettings } from './settings.ts'

const whole = {
  parts: ['proxy', 'policy'],
  apiServers: ['https://10.0.0.1:6443'],
  clusterCidrs: ['10.244.0.0/16', 'fd00::/48'],
  serviceCidrs: ['10.96.0.0/12'],
  clusterDns: ['10.96.0.10'],
  clusterDomain: 'cluster.local',
  nodePortAddresses: ['192.0.2.0/24'],
}

test('settings are read as they were written; lists that are left out are empty', () => {
  assert.deepEqual(readSettings(JSON.stringify(whole)), whole)
  assert.deepEqual(readSettings('{"clusterDomain":"x.y"}'), {
    parts: [],
    apiServers: [],
    clusterCidrs: [],
    serviceCidrs: [],
    clusterDns: [],
    clusterDomain: 'x.y',
    nodePortAddresses: [],
  })
})

test('what cannot be meant is refused with its field, its value, and what it has to be', () => {
  for (const [change, message] of [
    ['{', /settings: the file is no JSON: /],
    ['[]', /the file is no JSON object/],
    [{ parts: 'proxy' }, /parts is no list/],
    [{ parts: ['proxi'] }, /parts\[0\] is "proxi", and has to be proxy, network, policy, dns, balancer, gateway/],
    [{ apiServers: ['http://10.0.0.1'] }, /apiServers\[0\] is "http:\/\/10.0.0.1", and has to be https:\/\/HOST:PORT/],
    [{ clusterCidrs: ['10.0.0.0/8', '10.1.0.1/16'] }, /clusterCidrs\[1\] is "10.1.0.1\/16", and has to be a range/],
    [{ clusterDns: [10] }, /clusterDns\[0\] is 10, and has to be an IP address/],
    [{ clusterDomain: '' }, /clusterDomain is "", and has to be a text/],
    [{ clusterDomain: undefined }, /clusterDomain is missing/],
    [{ mtu: 1400 }, /mtu is not known; fields are parts, apiServers, /],
  ] as const) {
    const text = typeof change === 'string' ? change : JSON.stringify({ ...whole, ...change })
    assert.throws(() => readSettings(text), { code: 'SETTINGS_INVALID', message })
  }
})

test('each part is known by the agent’s own names', () => {
  assert.deepEqual(nodePartsOf({ parts: ['proxy', 'gateway', 'dns'] }), ['services', 'health', 'dns'])
  assert.deepEqual(nodePartsOf({ parts: ['network', 'policy', 'balancer'] }), [
    'routes',
    'network',
    'policies',
    'balancer',
  ])
})
