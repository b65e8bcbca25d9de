import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import type { Turn } from '../target/target-loop.ts'
import { NotedFlows } from '../testing/noted-flows.ts'
import type { ServiceFault } from './service-fault.ts'
import { createServiceProxy } from './service-proxy.ts'

const node = {
  name: 'n1',
  zone: undefined,
  nodeAddresses: ['172.30.0.2'],
  podCidrs: ['10.244.0.0/16'],
  serviceCidrs: ['10.96.0.0/16'],
  ownPods: [],
}

const service = (name: string, number: number, spec: object = {}) =>
  ({
    metadata: { namespace: 'default', name, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      type: 'ClusterIP',
      clusterIP: `10.96.0.${number}`,
      clusterIPs: [`10.96.0.${number}`],
      ports: [{ port: 80 }],
      ...spec,
    },
  }) as unknown as Service
const slices = (...addresses: string[]) =>
  [
    {
      addressType: 'IPv4',
      endpoints: addresses.map((address) => ({ addresses: [address], nodeName: 'n1' })),
      ports: [
        { name: '', port: 8080 },
        { name: '', protocol: 'UDP', port: 8080 },
      ],
    },
  ] as unknown as EndpointSlice[]
const key = (name: string) => ({ namespace: 'default', name })

function start(nftables = new FakeNftables(), synced?: Promise<unknown>) {
  const clock = new HandClock(1_000_000)
  const conntrack = new NotedFlows()
  const faults: ServiceFault[] = []
  const syncs: Turn[] = []
  const proxy = createServiceProxy({
    node,
    kernel: {
      nftables,
      conntrack,
    },
    clock,
    onFault: (fault) => faults.push(fault),
    onSync: (sync) => syncs.push(sync),
    ...(synced && { synced }),
  })
  const advance = (milliseconds: number) => clock.advance(milliseconds)
  return { proxy, nftables, flows: conntrack.deleted, faults, syncs, advance }
}

const normalised = ({ sets }: FakeNftables) =>
  [...sets]
    .filter(([name]) => !/(kinds|stamp)$/.test(name))
    .map(([name, set]) => `${name} ${[...set].sort().join('; ')}`)
    .sort()

test('changes that are told in one go are one transaction, and ready resolves with them', async () => {
  const { proxy, nftables } = start()
  proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  proxy.serviceChanged(key('b'), service('b', 2), slices('10.244.1.1', '10.244.1.2'))
  assert.equal(proxy.state().pending, 2)
  await proxy.ready
  assert.equal(nftables.transactions, 4, 'the tables, their seal, the kinds, the elements')
  assert.equal(nftables.sets.get('ip fairlead frontends')?.size, 2)
  assert.deepEqual([proxy.state().pending, proxy.state().failed, proxy.state().services], [0, [], 2])
})

test('a change writes only the elements that differ, and an element that two Services share stays with the last', async () => {
  const { proxy, nftables } = start()
  proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1', '10.244.1.2'))
  proxy.serviceChanged(key('b'), service('b', 2), slices('10.244.1.1'))
  proxy.flush()
  let text = ''
  nftables.refuse = (given) => {
    text = given
    return undefined
  }
  proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1', '10.244.1.3'))
  proxy.flush()
  assert.equal(text.split('\n').filter((line) => line !== '').length, 4)
  assert.match(text, /delete element ip fairlead backends \{ 0x2000 \. 1 \}/)
  assert.match(text, /add element ip fairlead backends \{ 0x2000 \. 1 : 10\.244\.1\.3 \. 8080 \}/)
  proxy.serviceChanged(key('a'), undefined, [])
  proxy.flush()
  assert.deepEqual([...(nftables.sets.get('ip fairlead hairpin')?.keys() ?? [])], ['10.244.1.1 . 10.244.1.1'])
  text = ''
  proxy.serviceChanged(key('b'), service('b', 2), slices('10.244.1.1'))
  proxy.flush()
  assert.equal(text, '', 'what did not change is not written')
})

test('the Service that the kernel refuses is found, reported once, and tried again; the others are written', () => {
  const { proxy, nftables, faults, advance } = start()
  nftables.refuse = (text) => (text.includes('10.96.0.3') ? 'no' : undefined)
  for (let number = 1; number <= 9; number++)
    proxy.serviceChanged(key(`s${number}`), service(`s${number}`, number), slices('10.244.1.1'))
  proxy.flush()
  assert.equal(nftables.sets.get('ip fairlead frontends')?.size, 8)
  assert.deepEqual(
    proxy.state().failed.map(({ service: name }) => name),
    ['default/s3'],
  )
  advance(100)
  advance(200)
  assert.equal(faults.filter(({ kind }) => kind === 'refused').length, 1)
  nftables.refuse = () => undefined
  advance(60_000)
  assert.equal(nftables.sets.get('ip fairlead frontends')?.size, 9)
  assert.deepEqual(proxy.state().failed, [])
})

const everything = ({ sets }: FakeNftables) =>
  [...sets].map(([name, set]) => `${name} ${[...set].sort().join('; ')}`).sort()

test('a start over tables of other rules replaces them in one transaction', () => {
  const first = start()
  first.proxy.serviceChanged(key('gone'), service('gone', 8), slices('10.244.1.8'))
  first.proxy.flush()
  first.proxy.stop()
  first.nftables.sets.set('ip fairlead stamp', new Map([['0x1', '']]))
  const before = first.nftables.transactions
  const second = start(first.nftables)
  second.proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  second.proxy.flush()
  assert.equal(first.nftables.transactions, before + 2, 'the second is the seal')
  assert.deepEqual([...(first.nftables.sets.get('ip fairlead cluster-ips')?.keys() ?? [])], ['10.96.0.1'])
})

test('a start over tables of the same rules writes what differs, keeps every number, and removes what nobody wants', () => {
  const sticky = { sessionAffinity: 'ClientIP' }
  const first = start()
  const guarded = service('guarded', 6, {
    type: 'LoadBalancer',
    loadBalancerSourceRanges: ['10.8.0.0/13', '192.0.2.1/32'],
  })
  Object.assign(guarded, { status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } } })
  first.proxy.serviceChanged(key('gone'), service('gone', 8), slices('10.244.1.8'))
  first.proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  first.proxy.serviceChanged(key('b'), service('b', 2, sticky), slices('10.244.1.1', '10.244.1.2', '10.244.1.3'))
  first.proxy.serviceChanged(key('guarded'), guarded, slices('10.244.1.1'))
  first.proxy.flush()
  first.proxy.serviceChanged(key('b'), service('b', 2, sticky), slices('10.244.1.2', '10.244.1.3', '10.244.1.4'))
  first.proxy.flush()
  first.proxy.serviceChanged(key('gone'), undefined, [])
  first.proxy.flush()
  const old = everything(first.nftables)
  first.proxy.serviceChanged(key('gone'), service('gone', 8), slices('10.244.1.8'))
  first.proxy.flush()
  first.proxy.stop()
  const texts: string[] = []
  first.nftables.refuse = (text) => {
    texts.push(text)
    return undefined
  }
  const second = start(first.nftables)
  // In another order, so that ids given afresh would differ.
  second.proxy.serviceChanged(key('guarded'), guarded, slices('10.244.1.1'))
  second.proxy.serviceChanged(key('b'), service('b', 2, sticky), slices('10.244.1.2', '10.244.1.3', '10.244.1.4'))
  second.proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  second.proxy.flush()
  assert.deepEqual(everything(first.nftables), old)
  assert.ok(
    texts.every((text) => !text.includes('add ')),
    texts.join('\n'),
  )
  assert.match(texts.join('\n'), /delete element ip fairlead frontends \{ 10\.96\.0\.8 \. tcp \. 80 \}/)
  texts.splice(0)
  second.proxy.serviceChanged(key('new'), service('new', 9), slices('10.244.1.1'))
  second.proxy.flush()
  const word = first.nftables.sets.get('ip fairlead frontends')?.get('10.96.0.9 . tcp . 80') as string
  const others = [...(first.nftables.sets.get('ip fairlead frontends') ?? [])].filter(
    ([name]) => !name.startsWith('10.96.0.9'),
  )
  assert.ok(
    others.every(([, other]) => Number(other) >>> 13 !== Number(word) >>> 13),
    'no id is given twice',
  )
  assert.deepEqual(second.proxy.state().failed, [])
  assert.equal(second.proxy.state().elements, elementsOf(first.nftables))
})

const elementsOf = ({ sets }: FakeNftables) =>
  [...sets]
    .filter(([name]) => !/(kinds|stamp|-cidrs|nodeport-ips)$/.test(name))
    .reduce((sum, [, set]) => sum + set.size, 0)

test('nothing is written before all Services were told, though the tables may hold what is not told yet', async () => {
  const first = start()
  first.proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  first.proxy.flush()
  first.proxy.stop()
  const held = everything(first.nftables)
  let synced = () => {}
  const second = start(first.nftables, new Promise<void>((resolve) => (synced = resolve)))
  second.proxy.serviceChanged(key('b'), service('b', 2), slices('10.244.1.1'))
  second.proxy.flush()
  assert.deepEqual(everything(first.nftables), held)
  second.proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  synced()
  await second.proxy.ready
  assert.deepEqual([...(first.nftables.sets.get('ip fairlead cluster-ips')?.keys() ?? [])].sort(), [
    '10.96.0.1',
    '10.96.0.2',
  ])
})

test('a proxy without any Service makes its tables when the caches have synced, and empties those it finds', async () => {
  const first = start()
  first.proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  first.proxy.flush()
  first.proxy.stop()
  const second = start(first.nftables, Promise.resolve())
  await second.proxy.ready
  assert.equal(elementsOf(first.nftables), 0)
})

test('ids of a Service that was never written are given back when it goes', () => {
  const { proxy, nftables } = start()
  nftables.refuse = (text) => (text.includes('10.96.0.3') ? 'no' : undefined)
  for (let round = 0; round < 3; round++) {
    proxy.serviceChanged(key(`bad${round}`), service(`bad${round}`, 3), slices('10.244.1.1'))
    proxy.flush()
    proxy.serviceChanged(key(`bad${round}`), undefined, [])
    proxy.flush()
  }
  proxy.serviceChanged(key('good'), service('good', 4), slices('10.244.1.1'))
  proxy.flush()
  assert.equal(nftables.sets.get('ip fairlead frontends')?.get('10.96.0.4 . tcp . 80'), '0x2001')
})

test('an id rests as long as pins of before may live that a longer affinity made, though it was shortened before the Service went', () => {
  const { proxy, nftables, advance } = start()
  const idAt = (number: number) =>
    Number(nftables.sets.get('ip fairlead frontends')?.get(`10.96.0.${number} . tcp . 80`)) >>> 13
  const sticky = (timeoutSeconds: number) => ({
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds } },
  })
  const tell = (name: string, one?: Service) => {
    proxy.serviceChanged(key(name), one, one === undefined ? [] : slices('10.244.1.1'))
    proxy.flush()
  }
  tell('a', service('a', 1, sticky(3600)))
  const id = idAt(1)
  tell('a', service('a', 1, sticky(10)))
  tell('a')
  advance(3_500_000)
  tell('b', service('b', 2))
  assert.notEqual(idAt(2), id)
  advance(200_000)
  tell('c', service('c', 3))
  assert.equal(idAt(3), id)
})

test('what is left of a Service that went while the kernel refused goes when the tables have been read anew', () => {
  const { proxy, nftables } = start()
  proxy.serviceChanged(key('gone'), service('gone', 8), slices('10.244.1.8'))
  proxy.serviceChanged(key('stays'), service('stays', 9), slices('10.244.1.9'))
  proxy.flush()
  nftables.refuse = (text) => (text.includes('10.96.0.8') ? 'no' : undefined)
  proxy.serviceChanged(key('gone'), undefined, [])
  proxy.flush()
  assert.ok(nftables.sets.get('ip fairlead frontends')?.has('10.96.0.8 . tcp . 80'))
  // An answer that is lost makes what the kernel holds unknown: it is read at once.
  nftables.loseAnswers = true
  let writes = 0
  nftables.refuse = () => {
    nftables.loseAnswers = writes++ === 0
    return undefined
  }
  proxy.serviceChanged(key('stays'), service('stays', 9), slices('10.244.1.7'))
  proxy.flush()
  const words = [...nftables.sets].filter(([name]) => /frontends|backends|cluster-ips|hairpin/.test(name))
  assert.deepEqual(
    words.flatMap(([, set]) => [...set.keys()]).filter((text) => /10\.96\.0\.8|10\.244\.1\.8/.test(text)),
    [],
  )
  assert.equal(nftables.sets.get('ip fairlead frontends')?.size, 1)
  assert.deepEqual(proxy.state().failed, [])
})

test('an address that one Service takes over from another is its own after one write, whichever is written first', () => {
  for (const order of [
    ['old', 'new'],
    ['new', 'old'],
  ]) {
    const { proxy, nftables } = start()
    // Each fills a transaction of its own.
    const many = slices(...Array.from({ length: 600 }, (_, index) => `10.244.${index >> 8}.${index & 255}`))
    const specs: Record<string, readonly [number, string[], string[]]> = {
      old: [1, ['192.0.2.1'], []],
      new: [2, [], ['192.0.2.1']],
    }
    for (const when of [1, 2] as const) {
      for (const name of when === 1 ? ['old', 'new'] : order) {
        const [number, before, after] = specs[name]!
        proxy.serviceChanged(key(name), service(name, number, { externalIPs: when === 1 ? before : after }), many)
      }
      proxy.flush()
    }
    const frontends = nftables.sets.get('ip fairlead frontends')
    assert.equal(
      Number(frontends?.get('192.0.2.1 . tcp . 80')) >>> 13,
      Number(frontends?.get('10.96.0.2 . tcp . 80')) >>> 13,
      order.join(),
    )
    assert.deepEqual([proxy.state().failed, proxy.state().pending], [[], 0])
  }
})

test('an address whose new owner admits a part of whom the old one did is taken over in one write, whichever is written first', () => {
  const guarded = (name: string, number: number, ip: string, range: string) =>
    Object.assign(service(name, number, { type: 'LoadBalancer', loadBalancerSourceRanges: [range] }), {
      status: { loadBalancer: { ingress: [{ ip }] } },
    })
  for (const order of [
    ['old', 'new'],
    ['new', 'old'],
  ]) {
    const { proxy, nftables } = start()
    // Each fills a transaction of its own.
    const many = slices(...Array.from({ length: 600 }, (_, index) => `10.244.${index >> 8}.${index & 255}`))
    const admitted = () => [...(nftables.sets.get('ip fairlead allowed')?.keys() ?? [])].join('; ')
    // A kernel has no two ranges of one address that overlap.
    nftables.refuse = (text) =>
      /^add element ip fairlead allowed .*203\.0\.113\.1 .*10\.8\.0\.0\/13/m.test(text) &&
      !/^delete element ip fairlead allowed .*203\.0\.113\.1/m.test(text) &&
      /203\.0\.113\.1 .*10\.0\.0\.0\/8/.test(admitted())
        ? 'File exists'
        : undefined
    proxy.serviceChanged(key('old'), guarded('old', 1, '203.0.113.1', '10.0.0.0/8'), many)
    proxy.serviceChanged(key('new'), guarded('new', 2, '203.0.113.2', '10.8.0.0/13'), many)
    proxy.flush()
    for (const name of order)
      proxy.serviceChanged(
        key(name),
        name === 'old'
          ? guarded('old', 1, '203.0.113.2', '10.0.0.0/8')
          : guarded('new', 2, '203.0.113.1', '10.8.0.0/13'),
        many,
      )
    proxy.flush()
    assert.match(admitted(), /203\.0\.113\.1 \. tcp \. 80 \. 10\.8\.0\.0\/13/, order.join())
    assert.deepEqual([proxy.state().failed, proxy.state().pending], [[], 0], order.join())
  }
})

test('an answer that is lost is doubted at once: a change back to what was there before is not taken for done', () => {
  const { proxy, nftables } = start()
  proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  proxy.flush()
  nftables.loseAnswers = true
  proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.2'))
  proxy.flush()
  nftables.loseAnswers = false
  proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  proxy.flush()
  assert.deepEqual([...(nftables.sets.get('ip fairlead backends') ?? [])], [['0x2000 . 0', '10.244.1.1 . 8080']])
})

test('a Service changes in place in any field, and any order of changes ends in the same elements', () => {
  const run = (specs: readonly object[]) => {
    const { proxy, nftables } = start()
    for (const spec of specs) {
      proxy.serviceChanged(key('a'), service('a', 1, spec), slices('10.244.1.1', '10.244.1.2'))
      proxy.flush()
    }
    return normalised(nftables)
      .join('\n')
      .replaceAll(/0x2([01])\w\w/g, '0x2$1kk')
  }
  const plain = {}
  const nodePort = { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }], externalTrafficPolicy: 'Local' }
  const sticky = { sessionAffinity: 'ClientIP' }
  assert.equal(run([nodePort, sticky, plain]), run([plain]))
  assert.equal(run([plain, sticky, nodePort]), run([nodePort]))
  assert.notEqual(run([plain]), run([nodePort]))
})

test('a kernel that commits and loses the answer ends with what is desired', () => {
  const { proxy, nftables, advance } = start()
  proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  proxy.flush()
  nftables.loseAnswers = true
  proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.2'))
  proxy.flush()
  nftables.loseAnswers = false
  for (let round = 0; round < 5; round++) advance(60_000)
  assert.deepEqual([...(nftables.sets.get('ip fairlead backends') ?? [])], [['0x2000 . 0', '10.244.1.2 . 8080']])
  assert.deepEqual(proxy.state().failed, [])
})

test('UDP flows to an endpoint that goes are deleted at each frontend, after the kernel has forgotten it', () => {
  const { proxy, flows } = start()
  const udp = { type: 'NodePort', ports: [{ port: 53, protocol: 'UDP', nodePort: 30053 }] }
  proxy.serviceChanged(key('dns'), service('dns', 10, udp), slices('10.244.1.1', '10.244.1.2'))
  proxy.flush()
  flows.splice(0)
  proxy.serviceChanged(key('dns'), service('dns', 10, udp), slices('10.244.1.2'))
  proxy.flush()
  assert.deepEqual(
    flows.map(({ original, backend }) => [original.address, original.port, backend.address]),
    [
      ['10.96.0.10', 53, '10.244.1.1'],
      [undefined, 30053, '10.244.1.1'],
    ],
  )
})

test('a start over old tables deletes the UDP flows that lead where nobody is any more, and only those', () => {
  const udp = (number: number, more: object = {}) => ({ ports: [{ port: 53, protocol: 'UDP' }], ...more, number })
  const tell = ({ proxy }: ReturnType<typeof start>, name: string, spec: { number: number }, ...to: string[]) =>
    proxy.serviceChanged(key(name), service(name, spec.number, spec), slices(...to))
  const first = start()
  tell(
    first,
    'moves',
    udp(1, { type: 'NodePort', ports: [{ port: 53, protocol: 'UDP', nodePort: 30053 }] }),
    '10.244.1.1',
  )
  tell(first, 'stays', udp(2), '10.244.1.1', '10.244.1.2')
  tell(first, 'goes', udp(3), '10.244.1.3')
  first.proxy.flush()
  first.proxy.stop()
  const next = start(first.nftables)
  tell(next, 'moves', udp(1), '10.244.1.9')
  tell(next, 'stays', udp(2), '10.244.1.2', '10.244.1.1')
  next.proxy.flush()
  const texts = next.flows.map(({ family, original, backend }) =>
    [family, original.address ?? 'any', original.port, backend.address, backend.port].join(' '),
  )
  assert.deepEqual(texts.sort(), [
    'IPv4 10.96.0.1 53 10.244.1.1 8080',
    'IPv4 10.96.0.3 53 10.244.1.3 8080',
    'IPv4 any 30053 10.244.1.1 8080',
  ])
})

test('each write is told with its length, the first as full, and refused tables as an error', () => {
  const { proxy, nftables, syncs, advance } = start()
  nftables.refuse = () => 'no'
  proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.1'))
  proxy.flush()
  nftables.refuse = () => undefined
  advance(1000)
  proxy.serviceChanged(key('a'), service('a', 1), slices('10.244.1.2'))
  proxy.flush()
  assert.deepEqual(
    syncs.map(({ full, refused, error }) => [full, refused, error !== undefined]),
    [
      [true, 0, true],
      [true, 0, false],
      [false, 0, false],
    ],
  )
  assert.ok(syncs.every(({ milliseconds }) => milliseconds > 0))
})

test('a Service of policy Local whose endpoints are elsewhere is told once for all its ports, and counted while it lasts', () => {
  const { proxy, faults } = start()
  const local = service('a', 1, {
    type: 'NodePort',
    externalTrafficPolicy: 'Local',
    ports: [
      { port: 80, nodePort: 30080 },
      { port: 81, nodePort: 30081, protocol: 'UDP', name: '' },
    ],
  })
  const elsewhere = [{ ...slices('10.244.2.1')[0]!, endpoints: [{ addresses: ['10.244.2.1'], nodeName: 'n2' }] }]
  proxy.serviceChanged(key('a'), local, elsewhere)
  proxy.flush()
  proxy.serviceChanged(key('a'), local, [...elsewhere])
  proxy.flush()
  assert.deepEqual(faults, [
    {
      kind: 'no-local-endpoints',
      service: 'default/a',
      frontends: ['node port 30080/TCP', 'node port 30081/UDP'],
    },
  ])
  assert.deepEqual(proxy.state().noLocalEndpoints, { internal: 0, external: 1 })
  proxy.serviceChanged(key('a'), local, slices('10.244.1.1'))
  proxy.flush()
  assert.deepEqual(proxy.state().noLocalEndpoints, { internal: 0, external: 0 })
})
