import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import { WAITS } from '../../src/gateway/kind-budget.ts'
import { ask } from './ask.ts'
import { certificate, shownCertificate } from './certificates.ts'
import { BIND, DriverUnderTest, toService } from './driver-under-test.ts'
import { skip, startServers, TLS_PORT, until } from './haproxy-under-test.ts'

const answers = (host: string, path: string, wanted: string) =>
  until(async () => (await ask(BIND, host, path)) === wanted)

test('objects of the API become routes of a running HAProxy, in the order in which they come', { skip }, async (t) => {
  const [a, b] = await startServers(t, 2)
  const under = await DriverUnderTest.start(t)
  assert.equal(await ask(BIND, 'a.test', '/'), '404')
  await under.route('web', 'a.test', [toService('web')])
  await answers('a.test', '/', '500')
  await under.service('web', [])
  await answers('a.test', '/', '503')
  await under.endpoints('web', [a!.port])
  await answers('a.test', '/', '200 e0')
  await under.service('other', [b!.port])
  await under.route('web', 'a.test', [
    toService('web'),
    toService('other', { matches: [{ path: { type: 'PathPrefix', value: '/b' } }] }),
  ])
  await answers('a.test', '/b/c', '200 e1')
  assert.equal(await ask(BIND, 'a.test', '/bc'), '200 e0')
  await under.endpoints('web', [b!.port])
  await answers('a.test', '/', '200 e1')
  await under.client.delete(httpRoutes, 'web', { namespace: 'shop' })
  await answers('a.test', '/', '404')
  assert.deepEqual(under.errors, [])
})

test('connections to an endpoint that came while HAProxy runs are used again', { skip }, async (t) => {
  const [a] = await startServers(t, 1)
  let connections = 0
  const counting = createServer((_, response) => response.end('counting')).on('connection', () => connections++)
  await once(counting.listen(0, '127.0.0.1'), 'listening')
  t.after(() => counting.close().closeAllConnections())
  const under = await DriverUnderTest.start(t, (one) => one.service('web', [a!.port]))
  await under.route('web', 'a.test', [toService('web')])
  await answers('a.test', '/', '200 e0')
  await under.driver.proxy.settled()
  const { reloads } = under.driver.proxy
  await under.endpoints('web', [(counting.address() as AddressInfo).port])
  await answers('a.test', '/', '200 counting')
  assert.equal(under.driver.proxy.reloads, reloads)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  connections = 0
  for (let asked = 0; asked < 50; asked++) {
    const outgoing = request({ agent, host: '127.0.0.1', port: BIND, headers: { host: 'a.test' } }).end()
    const [response] = await once(outgoing, 'response')
    assert.equal(await text(response), 'counting')
  }
  assert.ok(connections < 10, `${connections} connections for 50 requests`)
})

test('a driver that comes after another finds its slots, and reloads nothing', { skip }, async (t) => {
  const [a] = await startServers(t, 1)
  const under = await DriverUnderTest.start(t, async (one) => {
    for (const name of ['x', 'y', 'z']) {
      await one.service(name, [a!.port])
      await one.route(name, `${name}.test`, [toService(name)])
    }
  })
  await answers('z.test', '/', '200 e0')
  await under.client.delete(httpRoutes, 'x', { namespace: 'shop' })
  await answers('x.test', '/', '404')
  await under.driver.proxy.settled()
  const slots = under.driver.proxy.plan!.slots
  under.driveAgain()
  await until(() => under.driver.proxy.isServing)
  assert.deepEqual(under.driver.proxy.plan!.slots, slots)
  assert.equal(under.driver.proxy.reloads, 0)
  await under.service('w', [a!.port])
  await under.route('w', 'w.test', [toService('w')])
  await answers('w.test', '/', '200 e0')
  assert.equal(under.driver.proxy.reloads, 0)
})

test('a listener whose certificate HAProxy refuses is left out and told, others are served', { skip }, async (t) => {
  const [a] = await startServers(t, 1)
  const under = await DriverUnderTest.start(t, (one) => one.service('web', [a!.port]))
  await under.route('web', 'a.test', [toService('web')])
  await under.secret('good', certificate('good.test'))
  // It is in order by itself, and too weak for HAProxy's library.
  await under.secret('weak', certificate('weak.test', 'ec -pkeyopt ec_paramgen_curve:prime192v1'))
  await under.gateway([
    { name: 'http', port: 80, protocol: 'HTTP' },
    ...['good', 'weak'].map((name) => ({
      name,
      port: TLS_PORT - BIND + 80,
      protocol: 'HTTPS',
      hostname: `${name}.test`,
      tls: { certificateRefs: [{ name }] },
    })),
  ])
  await until(() => under.driver.proxy.refused.size > 0)
  await under.driver.proxy.settled()
  assert.deepEqual([...under.driver.proxy.refused.keys()], ['Gateway shop/gw weak'])
  assert.match(under.driver.proxy.refused.get('Gateway shop/gw weak')!, /unable to load SSL certificate/)
  assert.equal(await ask(BIND, 'a.test', '/'), '200 e0')
  assert.equal(await shownCertificate('good.test'), 'CN=good.test')
  // As soon as there is another, it is tried.
  await under.secret('weak', certificate('weak.test'))
  await until(() => under.driver.proxy.refused.size === 0)
  assert.equal(await shownCertificate('weak.test'), 'CN=weak.test')
  assert.deepEqual(under.errors, [])
})

test('new kinds of retries are taken up so many at once; one that has to wait is told so, and served without', {
  skip,
}, async (t) => {
  const [a] = await startServers(t, 1)
  const under = await DriverUnderTest.start(t, (one) => one.service('web', [a!.port]))
  for (let attempts = 10; attempts <= 26; attempts++)
    await under.route(`r${attempts}`, `r${attempts}.test`, [toService('web', { retry: { attempts } })])
  await under.route('web', 'a.test', [toService('web')])
  await answers('a.test', '/', '200 e0')
  await answers('r25.test', '/', '200 e0')
  assert.equal(await ask(BIND, 'r26.test', '/'), '200 e0')
  const waiting = () => [...(under.driver.report?.waiting ?? [])]
  assert.deepEqual(waiting(), [['HTTPRoute shop/r26 0', WAITS]])
  assert.equal(under.driver.report?.refused.size, 0)
  const { reloads } = under.driver.proxy
  // Where another is no more there may be room, but not for a reload.
  await under.client.delete(httpRoutes, 'r10', { namespace: 'shop' })
  await answers('r10.test', '/', '404')
  assert.deepEqual([waiting().length, under.driver.proxy.reloads], [1, reloads])
})

test('what is served is told by the generation of the Gateway, when HAProxy listens as it says', {
  skip,
}, async (t) => {
  const under = await DriverUnderTest.start(t)
  const servedNow = () => under.driver.report?.served.get('Gateway shop/gw')
  assert.deepEqual(servedNow(), { generation: 1, ports: [80] })
  await under.gateway([
    { name: 'http', port: 80, protocol: 'HTTP' },
    { name: 'second', port: 81, protocol: 'HTTP' },
  ])
  await until(() => servedNow()?.ports.length === 2)
  assert.deepEqual(servedNow(), { generation: 2, ports: [80, 81] })
  assert.equal(await ask(BIND + 1, 'a.test', '/'), '404')
  // Nothing of what HAProxy has is another then.
  await under.gateway(
    [
      { name: 'http', port: 80, protocol: 'HTTP' },
      { name: 'second', port: 81, protocol: 'HTTP' },
    ],
    { infrastructure: { labels: { a: 'b' } } },
  )
  await until(() => servedNow()?.generation === 3)
})

test('what a proxy has, or is being given, has its endpoints also while there is something newer', {
  skip,
}, async (t) => {
  const [a] = await startServers(t, 1)
  const under = await DriverUnderTest.start(t, async (one) => {
    await one.service('web', [a!.port])
    await one.route('web', 'web.test', [toService('web')])
  })
  await answers('web.test', '/', '200 e0')
  const [key] = [...under.driver.table.backends.keys()]
  const seen: number[] = []
  under.onComputed = () => seen.push(under.driver.serversOf(key!).length)
  await under.put(services, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' } },
    spec: { ports: [{ name: 'web', port: 80, protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' }] },
  } as never)
  await until(() => !under.driver.table.backends.has(key!))
  assert.deepEqual([...new Set(seen)], [1])
  assert.deepEqual(under.driver.serversOf(key!), [])
})
