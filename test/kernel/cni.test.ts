import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { CniPodNetwork } from '#agent/parts/network/cni/cni-pod-network.ts'
import { NetworkWatch } from '#agent/parts/network/cni/network-watch.ts'
import { systemClock } from '#clock/clock.ts'
import type { NetworkList } from '#cni/conf/network-list.ts'
import { NodeFiles } from '#cni/node/node-files.ts'
import { pluginProcesses } from '#cni/node/plugin-process.ts'
import { Chain } from '#cni/run/chain.ts'
import { unmountBelow } from '#kernel/files/mount.ts'
import { createNetworkNamespace, deleteNamespace, isNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import type { PodIdentity } from '#kubelet/pod-network.ts'

if (process.env.FAIRLEAD_ISOLATED !== '1') throw new Error('a test that makes namespaces runs under script/isolated')

/** Writes down each call, and makes a link without a peer; what a file in the node's /run says goes wrong. */
const PLUGIN = `#!/bin/sh
conf=$(cat)
echo "$CNI_COMMAND $CNI_CONTAINERID [$CNI_NETNS] $(cat /proc/sys/kernel/hostname) $conf" >>/var/lib/calls
if [ "$CNI_COMMAND" = "$(cat /run/hang 2>/dev/null)" ]; then sleep 600 & echo $! >/run/sleeper; wait; fi
if [ "$CNI_COMMAND" = "$(cat /run/fault 2>/dev/null)" ]; then echo '{"code":9,"msg":"not now"}'; exit 1; fi
case $CNI_COMMAND in
  ADD)
    nsenter --net="$CNI_NETNS" ip link add eth0 type veth peer name peer0
    nsenter --net="$CNI_NETNS" ip address add 192.0.2.7/24 dev eth0
    echo '{"cniVersion":"1.1.0","interfaces":[{"name":"eth0","sandbox":"'$CNI_NETNS'"}],"ips":[{"address":"192.0.2.7/24","interface":0}]}'
    ;;
esac
`

let made = 0
const start = () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fl-cni-'))
  const name = `fl-cni-${process.pid}-${++made}`
  const namespace = createNetworkNamespace(name)
  const files = new NodeFiles(stateDir)
  files.make()
  const own = (path: string, text?: string): string => {
    if (text !== undefined) writeFileSync(files.path(path), text)
    return existsSync(files.path(path)) ? readFileSync(files.path(path), 'utf8') : ''
  }
  own('/opt/cni/bin/noted', PLUGIN)
  chmodSync(files.path('/opt/cni/bin/noted'), 0o755)
  const stop = new AbortController()
  const processes = (limitMs = 60_000) =>
    pluginProcesses({ node: 'node-x', namespace, files, signal: stop.signal, limitMs })
  const list = (more: Partial<NetworkList> = {}): NetworkList => ({
    name: 'noted',
    cniVersion: '1.1.0',
    disableCheck: false,
    disableGC: false,
    plugins: [{ type: 'noted' }],
    ...more,
  })
  const broken: string[] = []
  const now = { list: list() as NetworkList | undefined }
  const network = (limitMs?: number) =>
    new CniPodNetwork({
      node: { namespace, addresses: ['172.30.0.2'], podCidrs: ['192.0.2.0/24'] },
      stateDir,
      podNamespace: (uid) => `${name}-${uid}`,
      chain: new Chain(processes(limitMs)),
      list: () => now.list,
      unready: () => 'no network',
      onBroken: (pod, why) => broken.push(`${pod.name}: ${why}`),
      log: () => undefined,
    })
  const pod = (uid: string, more: Partial<PodIdentity> = {}): PodIdentity => ({
    uid,
    namespace: 'shop',
    name: `pod-${uid}`,
    hostname: uid,
    hostNetwork: false,
    ...more,
  })
  return {
    stateDir,
    network,
    processes,
    files,
    own,
    now,
    list,
    broken,
    pod,
    calls: () => own('/var/lib/calls').split('\n').filter(Boolean),
    records: () => readdirSync(join(stateDir, 'attachments')).filter((one) => one.endsWith('.json')),
    [Symbol.dispose]() {
      stop.abort()
      for (const uid of ['a', 'b', 'c']) deleteNamespace(namespacePath(`${name}-${uid}`))
      deleteNamespace(namespace)
      unmountBelow(stateDir)
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

test('plugins attach a pod as on a machine of the node’s own, and let go of it by what they were called with', async () => {
  using node = start()
  const network = node.network()
  const { addresses, namespaces } = await network.attach(node.pod('a'))
  assert.deepEqual(addresses, ['192.0.2.7'])
  assert.equal(isNamespace(namespaces.network), true)
  {
    using inside = Rtnetlink.open(namespaces.network)
    assert.deepEqual(
      inside
        .links()
        .map((one) => one.name)
        .sort(),
      ['eth0', 'lo', 'peer0'],
    )
    assert.equal(inside.link('lo')?.up, true)
  }
  assert.match(node.calls()[0]!, /^ADD [0-9a-f]{64} \[\/run\/netns\/\S+-a\] node-x \{.*"name":"noted"/)
  assert.deepEqual(await network.attach(node.pod('a')), { uid: 'a', namespaces, addresses }, 'it has what it has')
  node.now.list = node.list({ name: 'another', plugins: [{ type: 'gone' }] })
  await network.detach('a')
  await network.detach('a')
  const [add, del, ...more] = node.calls()
  assert.deepEqual(more, [])
  assert.equal(del!.split(' ')[1], add!.split(' ')[1])
  assert.match(del!, /^DEL .*"name":"noted".*"prevResult":\{.*192\.0\.2\.7/)
  assert.deepEqual([isNamespace(namespaces.network), node.records()], [false, []])
})

test('a pod in the node’s network needs no plugin, and one without a network says why it has none', async () => {
  using node = start()
  node.now.list = undefined
  const network = node.network()
  const { addresses } = await network.attach(node.pod('a', { hostNetwork: true }))
  assert.deepEqual(addresses, ['172.30.0.2'])
  await assert.rejects(network.attach(node.pod('b')), /^CniError: rpc error: code = Unknown desc = no network$/)
  await network.detach('a')
  assert.deepEqual([node.calls(), node.records()], [[], []])
})

test('an ADD that fails is undone at once; where that fails too, it is tried again until it is', async () => {
  using node = start()
  const network = node.network()
  node.own('/run/fault', 'ADD')
  await assert.rejects(network.attach(node.pod('a')), {
    code: 'CNI_PLUGIN_FAILED',
    message:
      /^rpc error: code = Unknown desc = failed to setup network for sandbox "[0-9a-f]{64}": plugin type="noted" failed \(add\): not now$/,
  })
  assert.deepEqual(
    node.calls().map((one) => one.split(' ')[0]),
    ['ADD', 'DEL'],
  )
  assert.deepEqual(node.records(), [])
  node.own('/run/fault', '')
  await network.attach(node.pod('a'))
  node.own('/run/fault', 'DEL')
  await assert.rejects(
    network.detach('a'),
    /failed to destroy network for sandbox "[0-9a-f]{64}": plugin type="noted" failed \(delete\)/,
  )
  assert.deepEqual(await network.list(), [])
  assert.equal(node.records().length, 1)
  node.own('/run/fault', '')
  await network.settle()
  assert.deepEqual(node.records(), [])
})

test('a plugin that lets go of nothing keeps no pod from its next try, and all that was tried goes in the end', async () => {
  using node = start()
  const network = node.network()
  node.own('/run/fault', 'ADD')
  node.now.list = node.list({ plugins: [{ type: 'noted' }, { type: 'gone' }] })
  await assert.rejects(network.attach(node.pod('a')), /type="noted" failed \(add\)/)
  node.own('/run/fault', 'DEL')
  await assert.rejects(
    network.attach(node.pod('a')),
    /type="gone" failed \(add\): failed to find plugin "gone" in path/,
  )
  assert.equal(node.records().length, 1)
  node.now.list = node.list()
  const { namespaces } = await network.attach(node.pod('a'))
  assert.equal(node.records().length, 2)
  node.own('/run/fault', '')
  const again = node.network()
  assert.deepEqual(
    (await again.list()).map(({ uid }) => uid),
    ['a'],
  )
  await again.settle()
  // Told as gone: its pod has another namespace under that name by now.
  assert.match(node.calls().at(-1)!, /^DEL [0-9a-f]{64} \[\] /)
  assert.equal(isNamespace(namespaces.network), true)
  assert.equal(node.records().length, 1)
  await again.detach('a')
  assert.deepEqual(node.records(), [])
})

test('after a restart what stands is adopted and checked, what went is told as gone, and GC hears who is left', async () => {
  using node = start()
  const before = node.network()
  for (const uid of ['a', 'b']) await before.attach(node.pod(uid))
  const attached = await before.list()
  // Its machine went meanwhile.
  deleteNamespace(attached.find(({ uid }) => uid === 'b')!.namespaces.network)
  const [first = '', second = ''] = node.calls().map((one) => one.split(' ')[1])
  const network = node.network()
  assert.deepEqual(
    await network.list(),
    attached.filter(({ uid }) => uid === 'a'),
  )
  await network.settle()
  assert.match(node.calls()[2]!, new RegExp(`^DEL ${second} \\[\\] `))
  await network.check()
  assert.match(node.calls()[3]!, new RegExp(`^CHECK ${first} .*"prevResult"`))
  assert.deepEqual(node.broken, [])
  node.own('/run/fault', 'CHECK')
  await network.check()
  assert.deepEqual(node.broken, ['pod-a: plugin type="noted" failed (check): not now'])
  await network.collect(node.list())
  const gc = node.calls().at(-1)!
  assert.match(gc, /^GC {2}\[\] /)
  assert.equal(gc.includes(`"cni.dev/valid-attachments":[{"containerID":"${first}","ifname":"eth0"}]`), true, gc)
})

test('a plugin that hangs is killed with what it has started, and its pod is told', async () => {
  using node = start()
  const network = node.network(700)
  node.own('/run/hang', 'ADD')
  await assert.rejects(
    network.attach(node.pod('a')),
    /failed \(add\): netplugin failed with no error message: no answer in 0.7 s, so it was killed/,
  )
  const sleeper = node.own('/run/sleeper').trim()
  assert.match(sleeper, /^\d+$/)
  for (let tries = 0; existsSync(`/proc/${sleeper}`) && !isZombie(sleeper); tries++) {
    assert.equal(tries < 100, true, 'what it has started runs')
    await sleep(20)
  }
  assert.deepEqual(node.records(), [])
})

test('a pod with users of its own is attached too', async () => {
  using node = start()
  const network = node.network()
  const { namespaces, addresses } = await network.attach(node.pod('a', { ownUsers: true }))
  assert.deepEqual(addresses, ['192.0.2.7'])
  assert.equal(isNamespace(namespaces.user!.path), true)
  await network.detach('a')
  assert.deepEqual(node.records(), [])
})

test('a node is ready when a network is there and its plugins say that they can, and not before', async () => {
  using node = start()
  let changes = 0
  const watch = new NetworkWatch({
    folder: node.files.confFolder,
    chain: new Chain(node.processes()),
    clock: systemClock,
    onChange: () => void changes++,
    log: () => undefined,
  })
  try {
    await watch.look()
    assert.match(
      watch.unready ?? '',
      /reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized$/,
    )
    node.own('/run/fault', 'STATUS')
    node.own(
      '/etc/cni/net.d/10.conflist',
      JSON.stringify({ name: 'x', cniVersion: '1.1.0', plugins: [{ type: 'noted' }] }),
    )
    await until(() => /error: plugin type="noted" failed \(status\): not now$/.test(watch.unready ?? ''))
    assert.equal(watch.list, undefined)
    node.own('/run/fault', '')
    await until(() => watch.unready === undefined)
    assert.equal((watch.list as NetworkList | undefined)?.name, 'x')
    rmSync(join(node.files.confFolder, '10.conflist'))
    await until(() => watch.unready !== undefined)
    assert.equal(changes >= 3, true)
  } finally {
    watch.close()
  }
})

const isZombie = (pid: string): boolean => / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

const until = async (is: () => boolean): Promise<void> => {
  for (let tries = 0; !is(); tries++) {
    assert.equal(tries < 500, true, `${is}`)
    await sleep(20)
  }
}
