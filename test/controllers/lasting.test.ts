import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { endpoints } from '#api/core/endpoints/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { startTestServer } from '#apiserver/testing/test-server.ts'
import { UnsteadyJournal } from '#apiserver/testing/unsteady-journal.ts'
import { systemClock } from '#clock/clock.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { clusterDnsAddresses, clusterDnsObjects } from '#cluster/processes/cluster-dns.ts'
import { startControllers } from '#controllers/start.ts'

// What a cluster stands on, on the real API server with its controllers, over a journal that outlives both.

const config = {
  clusterDns: ['10.96.0.10', 'fd00:10:96::a'],
  nodes: [{ name: 'node-1', addresses: ['172.30.0.2', 'fd00:30::2'] }],
} as unknown as ClusterConfig

const start = async (journal: UnsteadyJournal, port = 6443) => {
  const faults: unknown[] = []
  const server = await startTestServer({
    journal,
    advertise: { address: '172.30.0.1', port },
    reservedAddresses: clusterDnsAddresses(config),
    systemObjects: clusterDnsObjects(config, () => config.nodes),
    onError: (error) => faults.push(error),
  })
  const abort = new AbortController()
  const controllers = startControllers({
    catalogue: server.catalogue,
    client: server.client,
    clock: systemClock,
    random: Math.random,
    signal: abort.signal,
    rootCa: 'CA',
    loadBalancer: 'none',
    kept: server.systemObjects,
    log: () => {},
  })
  await controllers.ready
  /** Nothing was written for a while. */
  const settle = async (): Promise<void> => {
    for (let asked = -1; asked !== journal.asked.length; ) {
      asked = journal.asked.length
      await sleep(50)
    }
  }
  return {
    client: server.client,
    faults,
    settle,
    async stop() {
      controllers.stop()
      abort.abort()
      await server.close()
    },
  }
}
type Life = Awaited<ReturnType<typeof start>>

const SYSTEM: readonly (readonly [resource: Resource, namespace: string | undefined, name: string])[] = [
  [namespaces, undefined, 'default'],
  [namespaces, undefined, 'kube-system'],
  [namespaces, undefined, 'kube-public'],
  [namespaces, undefined, 'kube-node-lease'],
  [services, 'default', 'kubernetes'],
  [endpoints, 'default', 'kubernetes'],
  [endpointSlices, 'default', 'kubernetes'],
  [services, 'kube-system', 'kube-dns'],
  [endpointSlices, 'kube-system', 'kube-dns-ipv4'],
  [endpointSlices, 'kube-system', 'kube-dns-ipv6'],
] as never

const stand = ({ client }: Life): Promise<readonly ApiObject[]> =>
  Promise.all(SYSTEM.map(([resource, namespace, name]) => client.get(resource, name, { namespace })))
/** Without what every object has anew when it is made again, and what others may add to it. */
const essence = (objects: readonly ApiObject[], labelled = objects): readonly unknown[] =>
  objects.map(({ metadata, ...rest }, index) => {
    const given = Object.keys(labelled[index]!.metadata?.labels ?? {})
    return {
      ...rest,
      name: metadata?.name,
      labels: Object.fromEntries(given.map((key) => [key, metadata?.labels?.[key]])),
    }
  })

/** Asserts it as soon as it holds; what is tried again may take a while. */
const becomes = async (holds: () => Promise<void>): Promise<void> => {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(10)) {
    try {
      return await holds()
    } catch {
      // Not yet.
    }
  }
  await holds()
}

test('a start over a journal finds all that a cluster stands on, makes nothing twice, and writes nothing', async () => {
  const journal = new UnsteadyJournal()
  const first = await start(journal)
  await first.settle()
  const before = await stand(first)
  await first.stop()
  const asked = journal.asked.length
  const second = await start(journal)
  await second.settle()
  assert.deepEqual(await stand(second), before)
  assert.equal(journal.asked.length, asked)
  assert.deepEqual([...first.faults, ...second.faults], [])
  await second.stop()
})

test('what a cluster stands on comes back when it is deleted, each by itself and all at once, for as long as it lives', async () => {
  const life = await start(new UnsteadyJournal())
  await life.settle()
  const whole = essence(await stand(life))
  const remove = ([resource, namespace, name]: (typeof SYSTEM)[number]): Promise<unknown> =>
    // Three of the namespaces may not be deleted, and endpoints go with their Service.
    life.client.delete(resource, name, { namespace }).catch((error) => {
      assert.match(String(error), /may not be deleted|not found/)
    })
  for (const one of SYSTEM) {
    await remove(one)
    await becomes(async () => assert.deepEqual(essence(await stand(life)), whole, `${one[0].plural} ${one[2]}`))
  }
  for (let round = 0; round < 2; round++) {
    await Promise.all(SYSTEM.map(remove))
    await becomes(async () => assert.deepEqual(essence(await stand(life)), whole, `all, round ${round + 1}`))
  }
  await life.stop()
})

test('what a cluster stands on is put right when it is edited, and a start with another port makes it fit', async () => {
  const journal = new UnsteadyJournal()
  const life = await start(journal)
  await life.settle()
  const made = await stand(life)
  const edits: readonly (readonly [resource: Resource, namespace: string | undefined, name: string, patch: object])[] =
    [
      [namespaces, undefined, 'default', { metadata: { labels: { 'kubernetes.io/metadata.name': null } } }],
      [services, 'default', 'kubernetes', { spec: { selector: { app: 'mine' } } }],
      [services, 'default', 'kubernetes', { spec: { ports: [{ port: 80 }] } }],
      [services, 'kube-system', 'kube-dns', { spec: { selector: { app: 'mine' }, ports: [{ port: 5353 }] } }],
      [services, 'kube-system', 'kube-dns', { spec: { type: 'ExternalName', externalName: 'lab.example' } }],
      [endpoints, 'default', 'kubernetes', { subsets: [{ addresses: [{ ip: '10.244.1.6' }], ports: [{ port: 1 }] }] }],
      [
        endpoints,
        'default',
        'kubernetes',
        { metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': null } } },
      ],
      [endpointSlices, 'default', 'kubernetes', { endpoints: [{ addresses: ['10.244.1.6'] }] }],
      [
        endpointSlices,
        'kube-system',
        'kube-dns-ipv4',
        { metadata: { labels: { 'kubernetes.io/service-name': null } } },
      ],
      [endpointSlices, 'kube-system', 'kube-dns-ipv6', { ports: null }],
    ] as never
  for (const [resource, namespace, name, patch] of edits) {
    await life.client.patch(resource, name, 'merge', patch, { namespace })
    await life.settle()
    const what = `${resource.plural} ${name} ${JSON.stringify(patch)}`
    await becomes(async () => {
      assert.deepEqual(essence(await stand(life), made), essence(made), what)
      // Also none that a selector brought while it was there.
      const slices = (await life.client.list(endpointSlices)).items.map(({ metadata }) => metadata?.name)
      assert.deepEqual(slices.toSorted(), ['kube-dns-ipv4', 'kube-dns-ipv6', 'kubernetes'], what)
    })
  }
  await life.stop()

  const next = await start(journal, 7443)
  const scope = { namespace: 'default' }
  await becomes(async () => {
    const service = await next.client.get(services, 'kubernetes', scope)
    const table = await next.client.get(endpoints, 'kubernetes', scope)
    const slice = await next.client.get(endpointSlices, 'kubernetes', scope)
    assert.deepEqual(
      [service.spec?.ports?.[0]?.targetPort, table.subsets?.[0]?.ports?.[0]?.port, slice.ports?.[0]?.port],
      [7443, 7443, 7443],
    )
  })
  await next.stop()
})
