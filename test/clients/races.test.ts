import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { type Client, isConflict } from '#client/client.ts'
import { createHttpClient } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { type Served, serve, until } from './served.ts'

/* Many clients at once, each with connections of its own. */

/** 13 addresses for whoever comes. */
const RANGE = '10.96.0.0/28'
const FREE = 13
const PORTS = 6
const WRITERS = 16
const WATCHERS = 100
const scope = { namespace: 'default' }

let served: Served
const clients: Client[] = []
/** Over TLS, with no connection that another has. */
const client = (): Client => {
  const { pki } = served.server
  const { certificate, key } = pki.admin
  const made = createHttpClient(httpsTransport({ server: served.url, ca: pki.ca.certificate, certificate, key }))
  clients.push(made)
  return made
}
before(async () => {
  served = await serve({ serviceCidrs: [RANGE], nodePortRange: { from: 30_000, to: 30_000 + PORTS - 1 } })
})
after(async () => {
  for (const one of clients) one.close()
  await served.close()
})

const map = (name: string, data: Record<string, string>): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})

test('of 16 writers that each write what they have read none overwrites another, and who is late is told 409', async () => {
  const rounds = 3
  await client().create(configMaps, map('counter', { count: '0' }), scope)
  let conflicts = 0
  const count = async (one: Client): Promise<void> => {
    for (let done = 0; done < rounds; ) {
      const before = await one.get(configMaps, 'counter', scope)
      try {
        await one.update(configMaps, { ...before, data: { count: String(Number(before.data!.count) + 1) } })
        done++
      } catch (error) {
        assert.ok(isConflict(error), String(error))
        conflicts++
      }
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, () => count(client())))
  const { data } = await client().get(configMaps, 'counter', scope)
  assert.equal(data!.count, String(WRITERS * rounds))
  assert.ok(conflicts > 0, 'they did race')
})

test('16 writers who take and give back the last addresses and ports never hold one twice, and lose none', async () => {
  const service = (name: string): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { type: 'NodePort', ports: [{ port: 80 }] },
  })
  let refused = 0
  let made = 0
  const work = async (one: Client, index: number): Promise<void> => {
    for (let round = 0; round < 8; round++) {
      try {
        const { metadata } = await one.create(services, service(`s-${index}`), scope)
        made++
        await one.delete(services, metadata!.name!, scope)
      } catch (error) {
        const { code, message = '' } = (error as { status: { code: number; message?: string } }).status
        assert.ok(code === 422 || code === 500, message)
        assert.match(message, /range is full|provided port is already allocated|failed to allocate/)
        refused++
      }
    }
  }
  let isOver = false
  const looking = (async (one: Client): Promise<void> => {
    while (!isOver) {
      const { items } = await one.list(services)
      const addresses = items.map(({ spec }) => spec!.clusterIP)
      const ports = items.flatMap(({ spec }) => spec!.ports!.flatMap(({ nodePort }) => nodePort ?? []))
      assert.equal(new Set(addresses).size, addresses.length, 'an address is one Service’s')
      assert.equal(new Set(ports).size, ports.length, 'a port is one Service’s')
    }
  })(client())
  await Promise.all(Array.from({ length: WRITERS }, (_, index) => work(client(), index)))
  isOver = true
  await looking
  assert.ok(made > 0 && refused > 0, `${made} were made and ${refused} refused`)
  // All are free again.
  const all = await Promise.all(
    Array.from({ length: FREE }, (_, index) =>
      client().create(
        services,
        { ...service(`all-${index}`), spec: { type: index < PORTS ? 'NodePort' : 'ClusterIP', ports: [{ port: 80 }] } },
        scope,
      ),
    ),
  )
  assert.equal(new Set(all.map(({ spec }) => spec!.clusterIP)).size, FREE)
  await assert.rejects(client().create(services, service('one-more'), scope))
})

test('100 watchers over TLS see one history, whole and in one order, whenever they came', async () => {
  const one = client()
  const { resourceVersion } = await one.list(configMaps)
  const histories: string[][] = []
  const watch = (): void => {
    const seen: string[] = []
    histories.push(seen)
    client().watch(configMaps, { resourceVersion, labelSelector: 'watched=yes' }, (event) => {
      if (event.type !== 'BOOKMARK')
        seen.push(`${event.object.metadata!.resourceVersion} ${event.type} ${event.object.metadata!.name}`)
    })
  }
  for (let count = 0; count < WATCHERS / 2; count++) watch()
  const write = async (by: Client, index: number): Promise<void> => {
    const labels = (watched: string) => ({ metadata: { labels: { watched } } })
    const name = `w-${index}`
    await by.create(configMaps, { ...map(name, {}), metadata: { name, labels: { watched: 'yes' } } }, scope)
    for (let round = 0; round < 4; round++)
      await by.patch(configMaps, name, 'merge', labels(round % 2 ? 'yes' : 'no'), scope)
    await by.delete(configMaps, name, scope)
  }
  const writing = Array.from({ length: 8 }, (_, index) => write(client(), index))
  for (let count = 0; count < WATCHERS / 2; count++) watch()
  await Promise.all(writing)
  const whole = 8 * 6
  await until('all have all of it', () => histories.every((seen) => seen.length >= whole))
  for (const seen of histories) assert.deepEqual(seen, histories[0])
  assert.equal(histories[0]!.length, whole)
  const revisions = histories[0]!.map((line) => Number(line.split(' ')[0]))
  assert.deepEqual(
    revisions,
    revisions.toSorted((a, b) => a - b),
  )
})
