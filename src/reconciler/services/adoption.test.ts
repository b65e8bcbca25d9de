import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileService } from '#dataplane/nftables/compile.ts'
import { Ids } from '#dataplane/nftables/ids.ts'
import { type EndpointSlice, forwardService, type Service } from '#forwarding/forward-service.ts'
import { DeltaTracker } from '../tables/delta-tracker.ts'
import { ElementPacking } from '../tables/element-packing.ts'
import { adoptTables } from './adoption.ts'

const packing = new ElementPacking()

const forwarding = (name: string, number: number, seconds: number, nodePort?: number) =>
  forwardService(
    {
      metadata: { namespace: 'default', name },
      spec: {
        clusterIP: `10.96.0.${number}`,
        clusterIPs: [`10.96.0.${number}`],
        ...(nodePort && { type: 'NodePort' }),
        ports: [{ port: 80, nodePort }],
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: seconds } },
      },
    } as unknown as Service,
    [
      { addressType: 'IPv4', endpoints: [{ addresses: ['10.244.1.1'] }], ports: [{ name: '', port: 8080 }] },
    ] as unknown as EndpointSlice[],
    { name: 'n1', zone: undefined },
  )

test('an id that a start took over rests as long as a pin of before may lead there, however short affinity is by now', () => {
  const before = new Ids()
  const elements = compileService(forwarding('web', 1, 3600), before, 0).elements.filter(
    ({ set }) => set !== 'cluster-ips' && set !== 'hairpin',
  )
  const id = before.known('default/web:') as number
  const ids = new Ids()
  const pin = { family: 'ip', id, client: '10.244.1.9', endpoint: 1, timeout: 3_600_000, expiresIn: 3_000_000 } as const
  const found = { byId: new Map([[id, packing.pack(elements)]]), others: '', kinds: [], pins: [pin], packing }
  adoptTables(found, [forwarding('web', 1, 10)], ids, new DeltaTracker(), 100)
  assert.equal(ids.known('default/web:'), id)
  ids.release('default/web:', 200, 10)
  assert.notEqual(ids.servicePort('default/next:', 3099), id)
  assert.equal(ids.servicePort('default/last:', 3100), id)
})

test('of two service ports whose frontends stand under one id the first takes it over, and the other has none of before', () => {
  const before = new Ids()
  const found = [1, 2].flatMap((number) => compileService(forwarding('web', number, 60), before, 0).elements)
  const id = before.known('default/web:') as number
  const ids = new Ids()
  const byId = new Map([[id, packing.pack(found.filter(({ set }) => set === 'frontends'))]])
  adoptTables(
    { byId, others: '', kinds: [], pins: [], packing },
    [forwarding('one', 1, 60), forwarding('two', 2, 60)],
    ids,
    new DeltaTracker(),
    100,
  )
  assert.equal(ids.known('default/one:'), id)
  assert.equal(ids.known('default/two:'), undefined)
  assert.notEqual(ids.servicePort('default/two:', 100), id)
})

test('a service port is known again by its cluster IP, also where another that is told first has its node port now', () => {
  const before = new Ids()
  const id = before.servicePort('default/web:', 0)
  const { elements } = compileService(forwarding('web', 1, 60, 30080), before, 0)
  const adopted = (...told: readonly (readonly [name: string, number: number, nodePort?: number])[]) => {
    const ids = new Ids()
    const packed = packing.pack(elements.filter(({ set }) => set === 'frontends' || set === 'nodeports'))
    const found = { byId: new Map([[id, packed]]), others: '', kinds: [], pins: [], packing }
    const forwardings = told.map(([name, number, nodePort]) => forwarding(name, number, 60, nodePort))
    adoptTables(found, forwardings, ids, new DeltaTracker(), 100)
    return told.map(([name]) => ids.known(`default/${name}:`))
  }
  assert.deepEqual(adopted(['older', 2, 30080], ['web', 1]), [undefined, id])
  assert.deepEqual(adopted(['older', 2, 30080]), [id], 'nobody has its cluster IP: the node port tells')
  assert.deepEqual(adopted(['older', 2], ['web', 3, 30080]), [undefined, id], 'it has another cluster IP now')
})
