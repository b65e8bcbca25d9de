import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPluginRequest, versionToAnswer } from './plugin-request.ts'
import { FAULTS, Refusal } from './refusal.ts'

const ENV = {
  CNI_COMMAND: 'ADD',
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/var/run/netns/cni-1',
  CNI_IFNAME: 'eth0',
  CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web;K8S_POD_UID=u1;OTHER=x',
}
const read = (env: object = {}, conf: object = {}) =>
  readPluginRequest({
    env: { ...ENV, ...env },
    stdin: JSON.stringify({ cniVersion: '1.1.0', name: 'fairlead', type: 'fairlead', ...conf }),
  })
const refused = (fault: keyof typeof FAULTS, why: RegExp, env: object, conf: object = {}) =>
  assert.throws(
    () => read(env, conf),
    (error: Refusal) => error instanceof Refusal && error.code === FAULTS[fault] && why.test(error.message),
    `${why}`,
  )

test('an ADD names link, namespace and pod, and the ranges that the runtime knows', () => {
  const link = {
    cniVersion: '1.1.0',
    network: 'fairlead',
    containerId: 'c1',
    ifName: 'eth0',
    netns: '/var/run/netns/cni-1',
  }
  const pod = { namespace: 'shop', name: 'web', uid: 'u1' }
  assert.deepEqual(read(), { ...link, command: 'ADD', pod, ranges: [] })
  const ipRanges = [[{ subnet: 'fd00::/64' }, { subnet: 'fd01::/64' }], [{ subnet: '10.1.0.0/24' }]]
  const request = read({ CNI_ARGS: '' }, { runtimeConfig: { ipRanges } })
  assert.deepEqual(request, { ...link, command: 'ADD', pod: undefined, ranges: ['10.1.0.0/24', 'fd00::/64'] })
  assert.deepEqual(read({ CNI_ARGS: 'K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web' }), {
    ...link,
    command: 'ADD',
    pod: { ...pod, uid: '' },
    ranges: [],
  })
})

test('a DEL needs no namespace, and each other command what it works with', () => {
  const del = read({ CNI_COMMAND: 'DEL', CNI_NETNS: '' })
  assert.equal(del.command === 'DEL' && del.netns, '')
  const prevResult = { cniVersion: '1.1.0' }
  const check = read({ CNI_COMMAND: 'CHECK' }, { prevResult })
  assert.deepEqual(check.command === 'CHECK' && check.prevResult, prevResult)
  refused('invalidConfiguration', /no prevResult/, { CNI_COMMAND: 'CHECK' })
  const attachments = [{ containerID: 'c1', ifname: 'eth0' }]
  for (const key of ['cni.dev/valid-attachments', 'cni.dev/attachments']) {
    const gc = read({ CNI_COMMAND: 'GC' }, { [key]: attachments })
    assert.deepEqual(gc.command === 'GC' && gc.valid, [{ containerId: 'c1', ifName: 'eth0' }])
  }
  for (const valid of [undefined, null, {}]) {
    const conf = { 'cni.dev/valid-attachments': valid }
    refused('invalidConfiguration', /no cni\.dev\/valid-attachments/, { CNI_COMMAND: 'GC' }, conf)
  }
  refused('invalidConfiguration', /no attachment/, { CNI_COMMAND: 'GC' }, { 'cni.dev/valid-attachments': ['c1'] })
  assert.equal(read({ CNI_COMMAND: 'STATUS' }).command, 'STATUS')
})

test('what is missing or malformed is refused by the specification’s numbers', () => {
  refused('invalidEnvironment', /CNI_COMMAND "" is not known/, { CNI_COMMAND: '' })
  refused('invalidEnvironment', /CNI_CONTAINERID is missing/, { CNI_CONTAINERID: '' })
  refused('invalidEnvironment', /CNI_CONTAINERID is invalid/, { CNI_CONTAINERID: '../c1' })
  for (const name of ['a/b', '..', 'sixteen-letters-', 'a b', 'a:b'])
    refused('invalidEnvironment', /CNI_IFNAME is invalid/, { CNI_IFNAME: name })
  refused('invalidEnvironment', /CNI_NETNS is missing/, { CNI_NETNS: '' })
  refused('invalidEnvironment', /CNI_NETNS is invalid/, { CNI_NETNS: 'netns/a' })
  refused('invalidEnvironment', /no NAME=VALUE/, { CNI_ARGS: 'K8S_POD_NAME' })
  refused('invalidEnvironment', /no IgnoreUnknown=1/, { CNI_ARGS: 'OTHER=x' })
  refused('invalidEnvironment', /no IgnoreUnknown=1/, { CNI_ARGS: 'IgnoreUnknown=0;OTHER=x' })
  refused('invalidConfiguration', /no valid name/, {}, { name: '' })
  refused('invalidConfiguration', /has no subnets/, {}, { runtimeConfig: { ipRanges: [[{}]] } })
  refused('incompatibleVersion', /"0\.2\.0" is not supported/, {}, { cniVersion: '0.2.0' })
  refused('incompatibleVersion', /"" is not supported/, {}, { cniVersion: undefined })
  refused('incompatibleVersion', /1\.0\.0 does not know GC/, { CNI_COMMAND: 'GC' }, { cniVersion: '1.0.0' })
  refused('incompatibleVersion', /0\.3\.1 does not know CHECK/, { CNI_COMMAND: 'CHECK' }, { cniVersion: '0.3.1' })
  assert.throws(() => readPluginRequest({ env: ENV, stdin: '[]' }), { code: FAULTS.unreadable })
})

test('an answer is in the version that was asked in, whatever else was wrong', () => {
  assert.equal(versionToAnswer('{"cniVersion":"0.2.0"}'), '0.2.0')
  for (const stdin of ['', '{', '{"cniVersion":3}', '{}']) assert.equal(versionToAnswer(stdin), '1.1.0')
})
