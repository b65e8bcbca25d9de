import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from './testing/eventually.ts'
import { resources } from './testing/fake-cluster.ts'
import { FakeNetwork } from './testing/fake-network.ts'
import { startCluster } from './testing/start-cluster.ts'

const web = { name: 'web', image: 'fairlead/echo', ports: [{ containerPort: 80, hostPort: 8080 }] }

test('where others lay the network, pods wait for it in Kubernetes’ words, and come as soon as it is there', async () => {
  const network = new FakeNetwork()
  let why: string | undefined = 'container runtime network not ready: cni plugin not initialized'
  const foreign = { unready: () => why }
  const cluster = await startCluster(undefined, { network: Object.assign(network, { foreign }) })
  await cluster.pod('waits', { containers: [web] })
  await cluster.pod('node', { containers: [{ name: 'web', image: 'fairlead/echo' }], hostNetwork: true })
  await cluster.until('node', ({ status }) => status?.phase === 'Running')
  const told = await cluster.events('NetworkNotReady')
  assert.equal(told[0]?.message, `network is not ready: ${why}`)
  assert.deepEqual(
    network.asked.map(({ name }) => name),
    ['node'],
  )
  why = undefined
  cluster.kubelet.faultChanged()
  await cluster.until('waits', ({ status }) => status?.phase === 'Running')
  const [onNode, waited] = network.asked
  assert.equal(onNode?.wishes, undefined, 'the node’s network is asked for nothing')
  assert.deepEqual(waited?.wishes?.portMappings, [{ hostPort: 8080, containerPort: 80, protocol: 'tcp', hostIP: '' }])
})

test('what the network does not do of a pod’s wishes is an Event; where it does not let go, another', async () => {
  const network = new FakeNetwork()
  const { attach, detach } = network
  let refusals = 1
  const cluster = await startCluster(undefined, {
    network: Object.assign(network, {
      foreign: { unready: () => undefined },
      attach: async (pod: Parameters<typeof attach>[0]) => ({
        ...(await attach.call(network, pod)),
        unmet: ['hostPort 8080 leads nowhere'],
      }),
      detach: async (uid: string) => {
        if (refusals-- > 0) throw new Error('plugin type="portmap" failed (delete): busy')
        await detach.call(network, uid)
      },
    }),
  })
  await cluster.pod('web', { containers: [web] })
  await cluster.until('web', ({ status }) => status?.phase === 'Running')
  assert.equal((await cluster.events('Unsupported'))[0]?.message, 'hostPort 8080 leads nowhere')
  await cluster.client.delete(resources.pods, 'web', { namespace: 'default', gracePeriodSeconds: 0 })
  const told = await cluster.events('FailedKillPod')
  assert.match(
    told[0]?.message ?? '',
    /^error killing pod: failed to "KillPodSandbox" for "\S+" with KillPodSandboxError: "plugin type=\\"portmap\\" failed \(delete\): busy"$/,
  )
  await eventually('it is gone', () => {
    return network.attached.size === 0
  })
})
