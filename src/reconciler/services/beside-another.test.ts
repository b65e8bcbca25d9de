import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import { NotedFlows } from '../testing/noted-flows.ts'
import { createServiceProxy } from './service-proxy.ts'

const node = {
  name: 'n1',
  zone: undefined,
  nodeAddresses: ['172.30.0.2'],
  podCidrs: ['10.244.0.0/16'],
  serviceCidrs: ['10.96.0.0/16'],
  ownPods: [],
}
const service = (number: number) =>
  ({
    metadata: { namespace: 'default', name: `s${number}` },
    spec: { clusterIP: `10.96.0.${number}`, clusterIPs: [`10.96.0.${number}`], ports: [{ port: 80 }] },
  }) as unknown as Service
const slices = [
  { addressType: 'IPv4', endpoints: [{ addresses: ['10.244.1.1'] }], ports: [{ name: '', port: 8080 }] },
] as unknown as EndpointSlice[]
/** More than one transaction carries elsewhere. */
const MANY = 200

/** How many Services the kernel had after each transaction that brought some, of the first three. */
const loaded = (nftables: FakeNftables, count: number): readonly number[] => {
  const clock = new HandClock(1_000_000)
  const proxy = createServiceProxy({ node, kernel: { nftables, conntrack: new NotedFlows() }, clock })
  const seen: number[] = []
  const note = nftables.run.bind(nftables)
  nftables.run = (text) => {
    note(text)
    const frontends = nftables.sets.get('ip fairlead frontends')
    if (frontends !== undefined) seen.push(frontends.size)
  }
  for (let number = 1; number <= count; number++)
    proxy.serviceChanged({ namespace: 'default', name: `s${number}` }, service(number), slices)
  proxy.flush()
  proxy.stop()
  return seen.slice(0, 3)
}

test('beside another proxy the tables come with all Services at once: rules without them would refuse what it serves', () => {
  const ofKubeProxy: readonly ((nftables: FakeNftables) => void)[] = [
    ({ hooked }) => hooked.set('ip kube-proxy nat-prerouting', 'type nat hook prerouting priority -100;'),
    ({ chains }) => chains.set('ip6 nat KUBE-SVC-NPX46M4PTMTKRN6Y', ['dnat']),
  ]
  for (const write of ofKubeProxy) {
    const nftables = new FakeNftables()
    write(nftables)
    assert.equal(loaded(nftables, MANY)[0], MANY)
  }
})

test('alone on a node the rules come first, and the Services in transactions that are no larger than they need be', () => {
  const [first = MANY, second] = loaded(new FakeNftables(), MANY)
  assert.ok(first < MANY)
  assert.equal(second, MANY)
  const others = new FakeNftables()
  others.chains.set('ip nat DOCKER', ['dnat'])
  assert.equal(loaded(others, MANY)[0], first)
})

test('beside another proxy the tables are there without any Service too', () => {
  const nftables = new FakeNftables()
  nftables.hooked.set('ip kube-proxy nat-prerouting', 'type nat hook prerouting priority -100;')
  loaded(nftables, 0)
  assert.ok(nftables.tables.has('ip fairlead'))
})
