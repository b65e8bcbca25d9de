import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { forwardService } from './forward-service.ts'
import { ForwardingState } from './forwarding-state.ts'
import { claimantText, hostPortsKey, podOfHostPorts } from './host-port-key.ts'
import { hostPortsOf, wantsHostPorts } from './host-ports.ts'

const NODE = { name: 'n1', zone: undefined }
const ADDRESSES = ['172.30.0.2', 'fd00::2']

interface Port {
  readonly containerPort: number
  readonly hostPort?: number
  readonly hostIP?: string
  readonly protocol?: 'TCP' | 'UDP'
}

const pod = (ports: readonly Port[], spec: object = {}, status: object = {}, metadata: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', creationTimestamp: '2026-01-02T00:00:00Z', ...metadata },
  spec: { nodeName: 'n1', containers: [{ name: 'c', ports }], ...spec },
  status: { phase: 'Running', podIPs: [{ ip: '10.244.1.2' }, { ip: 'fd01::2' }], ...status },
})

/** `172.30.0.2:80/TCP → 10.244.1.2:8080` for each frontend, of policy Local all. */
const waysOf = (one: Pod): readonly string[] => {
  const ports = hostPortsOf(one, ADDRESSES)
  if (ports === undefined) return []
  return forwardService(ports.service, ports.slices, NODE).ports.flatMap(({ frontends, local, cluster }) =>
    frontends.map(({ kind, address, port, protocol, policy }) => {
      assert.deepEqual([kind, policy], ['host-port', 'Local'])
      assert.deepEqual(cluster, local, 'it leads to the pod whoever asks')
      const to = local.kind === 'balance' ? local.backends.map((to) => `${to.address} ${to.port}`).join() : local.kind
      return `${address} ${port}/${protocol} → ${to}`
    }),
  )
}

test('a host port is met at all addresses of the node, of both families, and leads to the port of the container', () => {
  assert.deepEqual(waysOf(pod([{ containerPort: 8080, hostPort: 80 }, { containerPort: 9090 }])), [
    '172.30.0.2 80/TCP → 10.244.1.2 8080',
    'fd00::2 80/TCP → fd01::2 8080',
  ])
})

test('a host port with a hostIP is met there alone; one port may lead elsewhere by address and by protocol', () => {
  const at = (hostIP: string, containerPort: number, protocol?: 'UDP') => ({
    containerPort,
    hostPort: 54323,
    hostIP,
    ...(protocol && { protocol }),
  })
  assert.deepEqual(waysOf(pod([at('127.0.0.1', 1), at('172.30.0.2', 2), at('172.30.0.2', 3, 'UDP'), at('::', 4)])), [
    '127.0.0.1 54323/TCP → 10.244.1.2 1',
    '172.30.0.2 54323/TCP → 10.244.1.2 2',
    '172.30.0.2 54323/UDP → 10.244.1.2 3',
    '172.30.0.2 54323/TCP → 10.244.1.2 4',
    'fd00::2 54323/TCP → fd01::2 4',
  ])
})

test('a pod of one family has its host ports in that one alone', () => {
  const one = pod([{ containerPort: 1, hostPort: 2 }], {}, { podIPs: [{ ip: 'fd01::2' }] })
  assert.deepEqual(waysOf(one), ['fd00::2 2/TCP → fd01::2 1'])
})

test('sidecars have host ports too, containers that end before the others start have none', () => {
  const ports = [{ containerPort: 1, hostPort: 2 }]
  const init = (restartPolicy?: 'Always') => [{ name: 'i', ports, ...(restartPolicy && { restartPolicy }) }]
  assert.equal(wantsHostPorts(pod([], { initContainers: init('Always') })), true)
  assert.equal(wantsHostPorts(pod([], { initContainers: init() })), false)
})

test('there is nothing to forward in the network of the node, without an address, and when the pod has ended', () => {
  const ports = [{ containerPort: 1, hostPort: 2 }]
  assert.deepEqual(waysOf(pod(ports, { hostNetwork: true })), [])
  assert.deepEqual(waysOf(pod(ports, {}, { podIPs: [] })), [])
  for (const phase of ['Succeeded', 'Failed']) assert.deepEqual(waysOf(pod(ports, {}, { phase })), [])
  assert.deepEqual(waysOf(pod([{ containerPort: 1 }])), [])
})

test('of two pods that want one host port the older has it', () => {
  const state = new ForwardingState(NODE)
  const tell = (one: Pod) => {
    const { service, slices } = hostPortsOf(one, ADDRESSES)!
    state.set(keyOf(service), service, slices)
  }
  tell(pod([{ containerPort: 1, hostPort: 2 }]))
  tell(pod([{ containerPort: 1, hostPort: 2 }], {}, {}, { name: 'old', creationTimestamp: '2026-01-01T00:00:00Z' }))
  const { lost, forwarding } = state.settled('host-port/shop/web')
  assert.deepEqual(lost[0], {
    service: 'host-port/shop/web',
    winner: 'host-port/shop/old',
    frontend: '172.30.0.2:2/TCP',
  })
  assert.deepEqual(
    forwarding?.ports.flatMap(({ frontends }) => frontends),
    [],
  )
})

test('the key of a pod’s host ports is none of a Service, and people read the pod’s', () => {
  const { namespace, name } = hostPortsKey('shop/web')
  assert.equal(podOfHostPorts({ namespace, name }), 'shop/web')
  assert.equal(podOfHostPorts({ namespace: 'host-port', name: 'web' }), undefined, 'a Service of a namespace host-port')
  assert.equal(podOfHostPorts({ namespace: 'shop', name: 'web' }), undefined)
  assert.equal(claimantText(`${namespace}/${name}`), 'pod shop/web')
  assert.equal(claimantText('shop/web'), 'shop/web')
})
