import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askedAddresses, Binds, needsPods, serviceNames, type WantedSite } from './desired-site.ts'

type Loose = any
const site = (name: string, ports: WantedSite['ports'] = [], spec: object = {}): WantedSite => ({
  gateway: { metadata: { name, namespace: 'shop' }, spec } as Loose,
  ports,
})
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at)

test('names of Services have no dots, and a long one is cut where no dash stands before its hash', () => {
  assert.match(serviceNames(site('a.b'))[1]!, /^gateway-shop-a-b-[a-z0-9]+$/)
  assert.equal(serviceNames(site('a.b'))[0], 'gateway-shop-a-b')
  assert.equal(serviceNames(site('x'.repeat(50)))[0], `gateway-shop-${'x'.repeat(50)}`)
  assert.equal(serviceNames(site('x'.repeat(51))).length, 1)
  // Wherever it is cut.
  for (const length of range(30, 45)) {
    const [name = ''] = serviceNames(site(`${'x'.repeat(length)}.-.${'y'.repeat(60)}`))
    assert.match(name, /^gateway-shop-x+(?:---y*)?-[a-z0-9]+$/)
    assert.ok(name.length <= 63, name)
  }
  assert.deepEqual(serviceNames({ gateway: undefined }), ['fairlead-gateway'])
})

test('a port of the pods that was let go is the last to be given again, and none is given twice', () => {
  assert.equal(new Binds([10_000, 10_005]).take(), 10_006)
  assert.equal(new Binds([10_000], 10_007).take(), 10_008)
  assert.equal(new Binds([]).take(), 10_000)
  const one = new Binds(range(10_000, 31_998), 31_999)
  assert.deepEqual([one.take(), one.take(), one.last], [31_999, undefined, 31_999])
})

test('pods are needed where one port of several is theirs, and kept where one was', () => {
  const proxied = { port: 80, protocol: 'TCP', by: 'proxy' } as const
  const forwarded = { port: 53, protocol: 'UDP', by: 'kernel' } as const
  assert.equal(needsPods(site('public', [forwarded, proxied]), undefined, []), true)
  const kept: Loose = {
    spec: {
      ports: [
        { port: 53, targetPort: 'kernel' },
        { port: 80, targetPort: 10_000 },
      ],
    },
  }
  assert.equal(needsPods(site('public'), kept, []), true)
  assert.equal(needsPods(site('public'), undefined, []), false)
  const kernel = (name: string, refusedWeight: number): Loose => ({
    site: { kind: 'Gateway', namespace: 'shop', name },
    refusedWeight,
    to: [{ weight: 1 }],
  })
  const both = [kernel('other', 0), kernel('public', 1)]
  assert.equal(needsPods(site('public', [forwarded]), undefined, both), true)
  assert.equal(needsPods(site('other', [forwarded]), undefined, both), false)
})

test('addresses are asked for by number, written in one way, each once', () => {
  const addresses = [
    { value: '172.30.255.7' },
    { type: 'IPAddress', value: 'fd00:0::7' },
    { type: 'IPAddress', value: 'fd00::7' },
    { type: 'Hostname', value: '172.30.255.8' },
    { type: 'IPAddress', value: 'a.test' },
    { type: 'IPAddress' },
  ]
  assert.deepEqual(askedAddresses(site('public', [], { addresses })), ['172.30.255.7', 'fd00::7'])
  assert.deepEqual(askedAddresses({ gateway: undefined }), [])
})
