import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TABLE, TABLE_FAMILIES } from '#dataplane/nftables/rule.ts'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { createServiceProxy } from '#reconciler/services/service-proxy.ts'
import { NotedFlows } from '#reconciler/testing/noted-flows.ts'

const SIZES = [10, 1000, 10_000] as const

/**
 * Dual-stack Services of one to five and of twenty endpoints, every tenth one sticky: the same shapes at every size.
 */
function load(count: number) {
  const name = `fl-constant-${count}`
  createNetworkNamespace(name)
  const nftables = openNftables(namespacePath(name))
  try {
    const proxy = createServiceProxy({
      node: {
        name: 'n1',
        zone: undefined,
        nodeAddresses: ['172.30.0.2'],
        podCidrs: ['10.244.0.0/16'],
        ownPods: [],
        serviceCidrs: ['10.96.0.0/16'],
      },
      kernel: {
        nftables,
        conntrack: new NotedFlows(),
      },
    })
    for (let number = 0; number < count; number++) {
      const shape = number % 10
      const ips = [`10.96.${number >> 8}.${number & 255}`, `fd00:10:96::${(number + 1).toString(16)}`]
      const metadata = { namespace: 'default', name: `s${number}` }
      const spec = {
        type: 'ClusterIP',
        clusterIP: ips[0],
        clusterIPs: ips,
        ports: [{ port: 80 }],
        sessionAffinity: shape === 9 ? 'ClientIP' : 'None',
      }
      const pods = Array.from({ length: shape === 8 ? 20 : shape % 6 }, (_, pod) => pod + 1)
      const slices = ['IPv4', 'IPv6'].map((addressType) => ({
        addressType,
        endpoints: pods.map((pod) => ({
          addresses: [addressType === 'IPv4' ? `10.244.${number & 255}.${pod}` : `fd00:10:244:${number & 255}::${pod}`],
          nodeName: 'n2',
        })),
        ports: [{ name: '', port: 8080 }],
      }))
      proxy.serviceChanged(
        metadata,
        { metadata, spec } as unknown as Service,
        slices as unknown as readonly EndpointSlice[],
      )
    }
    proxy.flush()
    assert.deepEqual(proxy.state().failed, [])
    const elements = (set: string) => {
      let found = 0
      for (const family of TABLE_FAMILIES) nftables.dump(family, TABLE, set, () => found++)
      return found
    }
    const chains = nftables.read('list chains').match(/^\tchain \S+/gm) ?? []
    proxy.stop()
    return {
      growing: {
        chains: chains.length,
        verdicts: elements('kinds'),
        sets: (nftables.read('list sets').match(/\tset /g) ?? []).length,
      },
      frontends: elements('frontends'),
    }
  } finally {
    nftables.close()
    deleteNamespace(namespacePath(name))
  }
}

test('chains, sets and verdict elements are as many for 10 Services as for 1,000 and 10,000, counted in the kernel', () => {
  const [few, more, most] = SIZES.map(load)
  assert.ok(few !== undefined && few.growing.chains > 40 && few.growing.verdicts > 10, JSON.stringify(few))
  assert.deepEqual(more?.growing, few.growing)
  assert.deepEqual(most?.growing, few.growing)
  assert.deepEqual(
    [few.frontends, more?.frontends, most?.frontends],
    SIZES.map((count) => count * 2),
  )
})
