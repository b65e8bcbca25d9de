import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { unmountBelow } from '#kernel/files/mount.ts'
import { HOME_NETWORK } from '#kernel/namespaces/namespace.ts'
import { containerdFolder, startContainerd } from './containerd-under-test.ts'
import { compileDoor, doorNode, pluginFolder, until } from './door-under-test.ts'

if (process.env.FAIRLEAD_ISOLATED !== '1') throw new Error('a test that makes namespaces runs under script/isolated')

test('containerd attaches the pods of a kubelet through us, in the host’s own network, and lets go of them when we are back', async (t) => {
  const [programs, plugins] = [containerdFolder(), pluginFolder()]
  if (programs === undefined) return t.skip('containerd is not here: script/setup --tests brings it')
  if (plugins === undefined) return t.skip('the plugin loopback is not here: script/setup --tests brings it')
  await using node = doorNode(['10.244.1.0/24'], { namespace: HOME_NETWORK, program: compileDoor('-DPATIENCE_MS=100') })
  // containerd has it raise every pod's lo.
  mkdirSync(node.folders.programs)
  copyFileSync(join(plugins, 'loopback'), join(node.folders.programs, 'loopback'))
  const folder = join(node.folder, 'containerd')
  // The host may have links of its own.
  const before = node.links()
  const containerd = await startContainerd(folder, programs, node.folders)
  try {
    assert.match(await containerd.status(), /cni plugin not initialized/)
    await assert.rejects(containerd.runSandbox('shop', 'early', 'uid-0'), /cni plugin not initialized/)
    await node.start().ready
    let said = ''
    for (let tries = 0; !said || /not initialized/.test(said); tries++) {
      assert.equal(tries < 500, true, said)
      said = await containerd.status()
    }
    const id = await containerd.runSandbox('shop', 'web', 'uid-1')
    assert.match(await containerd.sandboxStatus(id), /10\.244\.1\.2/)
    const [record = ''] = node.recorded()
    const { pod, containerId, netns } = JSON.parse(readFileSync(join(node.records, record), 'utf8'))
    assert.deepEqual(
      [pod.namespace, pod.name, pod.uid, containerId, /^\/var\/run\/netns\/cni-/.test(netns)],
      ['shop', 'web', 'uid-1', id, true],
    )
    assert.deepEqual(node.links(netns), ['eth0'])
    // The sandbox is made anew under the pod's name, as a kubelet does it, while the first has its network yet.
    await containerd.stopSandbox(id)
    const next = await containerd.runSandbox('shop', 'web', 'uid-1', 1)
    assert.match(await containerd.sandboxStatus(next), /10\.244\.1\.3/)
    await node.stop()
    await assert.rejects(
      containerd.stopSandbox(next),
      /failed to destroy network for sandbox .*Fairlead's agent on this node is away: try again later/,
    )
    await assert.rejects(containerd.runSandbox('shop', 'late', 'uid-2'), /Fairlead's agent on this node is away/)
    await node.start().ready
    for (const one of [id, next]) {
      await containerd.stopSandbox(one)
      await containerd.removeSandbox(one)
    }
    await until(() => node.links().join() === before.join())
    assert.deepEqual(node.recorded(), [])
  } finally {
    await containerd.stop()
    unmountBelow(folder)
  }
})
