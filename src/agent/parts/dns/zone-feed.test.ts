import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Namespace } from '#api/core/namespace/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { ApiObject } from '#api/resource.ts'
import type { Informer } from '#client/informer.ts'
import { Rcode, RecordType } from '#names/record.ts'
import { Zone } from '#names/zone.ts'
import type { ServiceFeed } from '../../sources/service-feed.ts'
import { feedZone } from './zone-feed.ts'

type Handlers<T extends ApiObject> = Parameters<Informer<T>['addHandlers']>[0]

/** As much of a cache as the feed looks at; the test tells its events. */
const cacheOf = <T extends ApiObject>() => {
  let handlers: Handlers<T> = {}
  let sync = (): void => undefined
  const hasSynced = new Promise<void>((resolve) => {
    sync = resolve
  })
  const addHandlers = (given: Handlers<T>): void => {
    handlers = given
  }
  return {
    informer: { addHandlers, hasSynced } as unknown as Informer<T>,
    sync: () => sync(),
    add: (object: T) => handlers.onAdd?.(object),
    update: (before: T, after: T) => handlers.onUpdate?.(before, after),
    remove: (object: T) => handlers.onDelete?.(object),
  }
}

const ADDRESS = '10.244.1.5'
const pod = (
  name: string,
  more: { readonly phase?: 'Running' | 'Succeeded'; readonly hostNetwork?: boolean; readonly ip?: string } = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: { containers: [], hostNetwork: more.hostNetwork },
  status: { phase: more.phase ?? 'Running', podIPs: [{ ip: more.ip ?? ADDRESS }] },
})

const fed = () => {
  const zone = new Zone('cluster.local', [])
  const pods = cacheOf<Pod>()
  const namespaces = cacheOf<Namespace>()
  const services = { subscribe: () => undefined, synced: Promise.resolve() } as unknown as ServiceFeed
  const done = feedZone(zone, { services, pods: pods.informer, namespaces: namespaces.informer })
  const rcode = (address = ADDRESS): number | undefined => {
    const name = `${address.replaceAll('.', '-')}.shop.pod.cluster.local`
    return zone.answer({ name, type: RecordType.A, class: 1 }, () => 0)?.rcode
  }
  const ready = async (): Promise<void> => {
    pods.sync()
    namespaces.sync()
    await done
  }
  return { zone, pods, rcode, ready }
}

test('feedZone: until all caches have synced, a name that is not found is no name that is not there', async () => {
  const { rcode, pods, ready } = fed()
  assert.equal(rcode(), Rcode.SERVFAIL)
  pods.add(pod('one'))
  assert.equal(rcode(), Rcode.NOERROR)
  await ready()
  assert.equal(rcode('10.244.9.9'), Rcode.NXDOMAIN)
})

test('feedZone: two pods share an address, one goes, and the name stays', async () => {
  const { rcode, pods, ready } = fed()
  await ready()
  pods.add(pod('old'))
  pods.add(pod('new'))
  pods.remove(pod('old'))
  assert.equal(rcode(), Rcode.NOERROR)
  pods.remove(pod('new'))
  assert.equal(rcode(), Rcode.NXDOMAIN)
})

test('feedZone: a pod that has ended gives its address back once, and one that gets another is found by that', async () => {
  const { rcode, pods, ready } = fed()
  await ready()
  pods.add(pod('job'))
  pods.add(pod('heir'))
  pods.update(pod('job'), pod('job', { phase: 'Succeeded' }))
  assert.equal(rcode(), Rcode.NOERROR, 'the heir has it')
  pods.remove(pod('job', { phase: 'Succeeded' }))
  assert.equal(rcode(), Rcode.NOERROR, 'and is not robbed of it by the end of the other')
  pods.update(pod('heir'), pod('heir', { ip: '10.244.1.6' }))
  assert.deepEqual([rcode(), rcode('10.244.1.6')], [Rcode.NXDOMAIN, Rcode.NOERROR])
})

test('feedZone: the address of a node is not that of a pod on its network', async () => {
  const { rcode, pods, ready } = fed()
  await ready()
  pods.add(pod('agent', { hostNetwork: true }))
  assert.equal(rcode(), Rcode.NXDOMAIN)
})
