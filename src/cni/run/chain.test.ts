import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PluginOutcome } from '../call/failure.ts'
import type { PluginCall } from '../call/plugin-call.ts'
import type { NetworkList } from '../conf/network-list.ts'
import { Chain } from './chain.ts'

interface Call {
  readonly command: string
  readonly type: string
  readonly env: PluginCall['env']
  readonly conf: Readonly<Record<string, unknown>>
}

/** Plugins that give what they are called, after what the one before gave; `answer` may say otherwise. */
const start = (answer: (call: Call) => PluginOutcome | undefined | 'as usual' = () => 'as usual') => {
  const calls: Call[] = []
  const chain = new Chain({
    path: ['/opt/cni/bin'],
    async run({ type, env, stdin }) {
      const call = { command: env.CNI_COMMAND!, type, env, conf: JSON.parse(stdin) as Call['conf'] }
      calls.push(call)
      const said = answer(call)
      if (said !== 'as usual') return said
      const { ips = [] } = (call.conf.prevResult ?? {}) as { ips?: readonly object[] }
      const stdout = call.command === 'ADD' ? JSON.stringify({ cniVersion: '1.0.0', ips: [...ips, { of: type }] }) : ''
      return { stdout, stderr: '' }
    },
  })
  const told = () => calls.map(({ command, type }) => `${command} ${type}`)
  return { chain, calls, told }
}

const network = (more: Partial<NetworkList> = {}): NetworkList => ({
  name: 'pods',
  cniVersion: '1.0.0',
  disableCheck: false,
  disableGC: false,
  plugins: [{ type: 'bridge' }, { type: 'portmap', capabilities: { portMappings: true } }, { type: 'bandwidth' }],
  ...more,
})
const sandbox = {
  containerId: 'c1',
  netns: '/run/netns/x',
  ifName: 'eth0',
  args: [['IgnoreUnknown', '1']],
  capabilities: { portMappings: [{ hostPort: 1 }] },
} as const
const failing = (type: string, command: string) => (call: Call) =>
  call.type === type && call.command === command
    ? { stdout: '{"code":5,"msg":"broken"}', stderr: '', failure: 'exit status 1' }
    : ('as usual' as const)

test('ADD calls one plugin after the other, each with what the one before has made, and the last word is the result', async () => {
  const { chain, calls, told } = start()
  const result = await chain.add(network(), sandbox)
  assert.deepEqual(told(), ['ADD bridge', 'ADD portmap', 'ADD bandwidth'])
  assert.deepEqual(result.ips, [{ of: 'bridge' }, { of: 'portmap' }, { of: 'bandwidth' }])
  assert.equal(calls[0]?.conf.prevResult, undefined)
  assert.deepEqual(calls[2]?.conf.prevResult, { cniVersion: '1.0.0', ips: [{ of: 'bridge' }, { of: 'portmap' }] })
  assert.deepEqual(
    calls.map(({ conf }) => conf.runtimeConfig),
    [undefined, sandbox.capabilities, undefined],
  )
  assert.equal(calls[1]?.env.CNI_NETNS, '/run/netns/x')
})

test('a chain whose second plugin fails ends there, and the error names it', async () => {
  const { chain, told } = start(failing('portmap', 'ADD'))
  await assert.rejects(chain.add(network(), sandbox), {
    code: 'CNI_PLUGIN_FAILED',
    message: 'plugin type="portmap" failed (add): broken',
    called: 2,
  })
  assert.deepEqual(told(), ['ADD bridge', 'ADD portmap'])
})

test('DEL goes the way back, with the result that ADD gave, and before 0.4.0 without', async () => {
  const { chain, calls, told } = start()
  const result = { cniVersion: '1.0.0', ips: [] }
  await chain.del(network(), sandbox, result)
  assert.deepEqual(told(), ['DEL bandwidth', 'DEL portmap', 'DEL bridge'])
  assert.deepEqual(
    calls.map(({ conf }) => conf.prevResult),
    [result, result, result],
  )
  await chain.del(network({ cniVersion: '0.3.1' }), { ...sandbox, netns: '' }, result)
  assert.deepEqual(calls[3]?.conf.prevResult, undefined)
  assert.equal(calls[3]?.env.CNI_NETNS, '')
})

test('a plugin that does not let go keeps those before it in the chain as they are', async () => {
  const { chain, told } = start(failing('portmap', 'DEL'))
  await assert.rejects(chain.del(network(), sandbox, undefined), /plugin type="portmap" failed \(delete\): broken/)
  assert.deepEqual(told(), ['DEL bandwidth', 'DEL portmap'])
})

test('CHECK asks all with the last result, and nobody where it is switched off or older than 0.4.0', async () => {
  const { chain, calls, told } = start()
  const result = { ips: [] }
  await chain.check(network(), sandbox, result)
  assert.deepEqual(told(), ['CHECK bridge', 'CHECK portmap', 'CHECK bandwidth'])
  assert.deepEqual(calls[0]?.conf.prevResult, result)
  await chain.check(network({ disableCheck: true }), sandbox, result)
  await chain.check(network({ cniVersion: '0.3.1' }), sandbox, result)
  assert.equal(calls.length, 3)
  const broken = start(failing('bridge', 'CHECK'))
  await assert.rejects(broken.chain.check(network(), sandbox, result), /plugin type="bridge" failed \(check\): broken/)
})

test('STATUS is asked of networks from 1.1.0 on, about no pod, and the first plugin that cannot is named', async () => {
  const { chain, calls, told } = start(failing('portmap', 'STATUS'))
  await chain.status(network())
  assert.equal(calls.length, 0)
  await assert.rejects(
    chain.status(network({ cniVersion: '1.1.0' })),
    /plugin type="portmap" failed \(status\): broken/,
  )
  assert.deepEqual(told(), ['STATUS bridge', 'STATUS portmap'])
  assert.equal(calls[0]?.env.CNI_CONTAINERID, undefined)
})

test('GC tells all plugins who is attached, whatever one of them says, and gives what failed', async () => {
  const { chain, calls, told } = start(failing('bridge', 'GC'))
  const valid = [{ containerId: 'c1', ifName: 'eth0' }]
  const faults = await chain.gc(network({ cniVersion: '1.1.0' }), valid)
  assert.deepEqual(
    faults.map(({ message }) => message),
    ['plugin type="bridge" failed (gc): broken'],
  )
  assert.deepEqual(told(), ['GC bridge', 'GC portmap', 'GC bandwidth'])
  assert.deepEqual(calls[0]?.conf['cni.dev/valid-attachments'], [{ containerID: 'c1', ifname: 'eth0' }])
  assert.deepEqual(await chain.gc(network({ cniVersion: '1.1.0', disableGC: true }), valid), [])
  assert.deepEqual(await chain.gc(network(), valid), [])
  assert.equal(calls.length, 3)
})

test('a plugin that is not there, and one whose word is no result, are failures of ADD', async () => {
  const missing = start(({ type }) => (type === 'portmap' ? undefined : 'as usual'))
  await assert.rejects(missing.chain.add(network(), sandbox), {
    message: 'plugin type="portmap" failed (add): failed to find plugin "portmap" in path [/opt/cni/bin]',
    called: 1,
  })
  const silent = start(({ type }) => (type === 'portmap' ? { stdout: 'done', stderr: '' } : 'as usual'))
  await assert.rejects(silent.chain.add(network(), sandbox), {
    message: 'plugin type="portmap" failed (add): its result is no JSON object: "done"',
    // It has run, and may have made something: it is undone too.
    called: 2,
  })
})
