import assert from 'node:assert/strict'
import { test } from 'node:test'
import { capabilityData } from './capabilities.ts'
import { failedPlugin, failureText, missingPlugin } from './failure.ts'
import { pluginEnv, pluginInput, podArgs } from './plugin-call.ts'
import { addressesOf, asVersion, parseResult } from './result.ts'

const list = { name: 'pods', cniVersion: '1.0.0', disableCheck: false, disableGC: false, plugins: [] } as const
const port = { hostPort: 8080, containerPort: 80, protocol: 'tcp', hostIP: '' }

test('a pod’s host ports, bandwidth, resolver and its node’s ranges are told as containerd tells them', () => {
  const dns = { servers: ['10.96.0.10'], searches: ['svc.cluster.local'], options: ['ndots:5'] }
  assert.deepEqual(
    capabilityData({ portMappings: [port], bandwidth: { ingress: 1e6, egress: 2e6 }, dns }, [
      '10.244.1.0/24',
      'fd00::/64',
    ]),
    {
      portMappings: [port],
      bandwidth: { ingressRate: 1e6, ingressBurst: 4294967295, egressRate: 2e6, egressBurst: 4294967295 },
      ipRanges: [[{ subnet: '10.244.1.0/24' }], [{ subnet: 'fd00::/64' }]],
      dns,
    },
  )
  assert.deepEqual(capabilityData({ bandwidth: { egress: 5 } }, []), {
    bandwidth: { egressRate: 5, egressBurst: 4294967295 },
  })
  assert.deepEqual(capabilityData({ portMappings: [], bandwidth: {} }, []), {})
})

test('a plugin is told of a pod what its capabilities ask for, and nothing else', () => {
  const capabilities = { portMappings: [port], bandwidth: { ingressRate: 1 } }
  const plugin = { type: 'portmap', snat: true, capabilities: { portMappings: true, bandwidth: false, mac: true } }
  assert.deepEqual(JSON.parse(pluginInput(list, plugin, { capabilities })), {
    type: 'portmap',
    snat: true,
    name: 'pods',
    cniVersion: '1.0.0',
    runtimeConfig: { portMappings: [port] },
  })
  assert.deepEqual(JSON.parse(pluginInput(list, { type: 'bridge' }, { capabilities })), {
    type: 'bridge',
    name: 'pods',
    cniVersion: '1.0.0',
  })
})

test('the list’s name and version stand over a plugin’s own, and a result before is handed on', () => {
  const plugin = { type: 'tuning', name: 'mine', cniVersion: '0.3.0' }
  assert.deepEqual(JSON.parse(pluginInput(list, plugin, { prevResult: { ips: [] } })), {
    type: 'tuning',
    name: 'pods',
    cniVersion: '1.0.0',
    prevResult: { ips: [] },
  })
})

test('the environment says what is to be done, for whom, and where other plugins are', () => {
  const args = podArgs({ namespace: 'shop', name: 'cart', uid: 'u-1' }, 'c1')
  const sandbox = { containerId: 'c1', netns: '/run/netns/x', ifName: 'eth0', args, capabilities: {} }
  assert.deepEqual(pluginEnv('ADD', ['/opt/cni/bin', '/usr/lib/cni'], sandbox), {
    CNI_COMMAND: 'ADD',
    CNI_PATH: '/opt/cni/bin:/usr/lib/cni',
    CNI_CONTAINERID: 'c1',
    CNI_NETNS: '/run/netns/x',
    CNI_IFNAME: 'eth0',
    CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart;K8S_POD_INFRA_CONTAINER_ID=c1;K8S_POD_UID=u-1',
  })
  assert.deepEqual(pluginEnv('STATUS', ['/a']), { CNI_COMMAND: 'STATUS', CNI_PATH: '/a' })
})

test('why a plugin failed is told in its own words, else in what it said, else in how it ended', () => {
  const failure = 'exit status 1'
  const json = JSON.stringify({ cniVersion: '1.0.0', code: 11, msg: 'no room', details: 'range is full' })
  assert.equal(failureText({ stdout: json, stderr: 'noise', failure }), 'no room; range is full')
  assert.equal(failureText({ stdout: '{"code":7,"msg":"bad"}', stderr: '', failure }), 'bad')
  assert.equal(failureText({ stdout: '', stderr: 'a "b"\n', failure }), 'netplugin failed: "a \\"b\\"\\n"')
  assert.equal(
    failureText({ stdout: '', stderr: '', failure }),
    'netplugin failed with no error message: exit status 1',
  )
  assert.match(
    failureText({ stdout: 'oops', stderr: '', failure }),
    /^netplugin failed but error parsing its diagnostic message "oops": /,
  )
})

test('a plugin that failed is named as libcni names it', () => {
  assert.equal(failedPlugin({ type: 'bridge' }, 'ADD', 'x'), 'plugin type="bridge" failed (add): x')
  assert.equal(failedPlugin({ type: 'a', name: 'b' }, 'DEL', 'x'), 'plugin type="a" name="b" failed (delete): x')
  assert.equal(missingPlugin('foo', ['/opt/cni/bin', '/b']), 'failed to find plugin "foo" in path [/opt/cni/bin /b]')
})

const result = {
  cniVersion: '1.0.0',
  interfaces: [{ name: 'cni0' }, { name: 'eth0', sandbox: '/run/netns/x' }, { name: 'eth0' }],
  ips: [
    { address: 'fd00::2/64', interface: 1 },
    { address: '10.0.0.2/24', interface: 1 },
    { address: '10.0.0.1/24', interface: 0 },
    { address: '10.0.0.9/24', interface: 2 },
  ],
}

test('a pod’s addresses are those of its link in the sandbox, IPv4 first', () => {
  assert.deepEqual(addressesOf(result, 'eth0'), ['10.0.0.2', 'fd00::2'])
  assert.deepEqual(addressesOf({ ips: [{ address: '10.0.0.3/24' }] }, 'eth0'), ['10.0.0.3'])
  assert.deepEqual(addressesOf({ ips: [{ address: '10.0.0.3/24', interface: 4 }, {}] }, 'eth0'), [])
  assert.deepEqual(addressesOf({}, 'eth0'), [])
})

test('a result is handed on in the network’s version, in which addresses tell their family or do not', () => {
  assert.deepEqual(asVersion({ ips: [{ version: '4', address: '10.0.0.2/24' }] }, '1.0.0'), {
    cniVersion: '1.0.0',
    ips: [{ address: '10.0.0.2/24' }],
  })
  assert.deepEqual(
    asVersion({ cniVersion: '1.0.0', ips: [{ address: 'fd00::2/64' }, { address: '10.0.0.2/8' }] }, '0.4.0'),
    {
      cniVersion: '0.4.0',
      ips: [
        { version: '6', address: 'fd00::2/64' },
        { version: '4', address: '10.0.0.2/8' },
      ],
    },
  )
  assert.deepEqual(asVersion({ dns: {} }, '1.1.0'), { dns: {}, cniVersion: '1.1.0' })
})

test('what is no object is no result', () => {
  assert.deepEqual(parseResult('{"ips":[]}'), { ips: [] })
  for (const text of ['', 'ok', '[]', '3', 'null']) assert.equal(parseResult(text), undefined)
})
