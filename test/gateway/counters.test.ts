import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { RULE_COUNTERS } from '#dataplane/haproxy/config/rule-counters.ts'
import { ruleCounters } from '../../src/gateway/status/rule-counters.ts'
import { ask } from './ask.ts'
import { BIND, DriverUnderTest, toService } from './driver-under-test.ts'
import { skip, startServers, until } from './haproxy-under-test.ts'

const counted = async ({ driver }: DriverUnderTest): Promise<readonly string[]> => {
  const text = ruleCounters(await driver.proxy.ask(`show table ${RULE_COUNTERS}`), driver.table)
  const label =
    /^\w+\{route_kind="(\w+)",route_namespace="(.*)",route_name="(.*)",rule="(\d+)",code="(\dxx)"\} (\d+)$/gm
  return Array.from(text.matchAll(label), ([, ...words]) => words.join(' ')).sort()
}

test('where it is asked for, each request is counted by the rule that took it, whoever answers it', {
  skip,
}, async (t) => {
  const [a, b] = await startServers(t, 2)
  const answering = createServer((request, response) => {
    if (request.url === '/cut') response.destroy()
    else response.writeHead(Number(request.url!.slice(1))).end()
  }).listen(0, '127.0.0.1')
  await once(answering, 'listening')
  t.after(() => answering.close())
  const under = await DriverUnderTest.start(t, async (one) => {
    const metadata = { name: 'settings', namespace: 'shop' }
    await one.put(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata,
      data: { 'request-metrics': 'rule' },
    } as never)
    const parametersRef = { group: '', kind: 'ConfigMap', name: 'settings' }
    await one.gateway([{ name: 'http', port: 80, protocol: 'HTTP' }], { infrastructure: { parametersRef } })
    await one.service('a', [a!.port])
    await one.service('b', [b!.port])
    await one.service('none', [])
    await one.service('any', [(answering.address() as AddressInfo).port])
  })
  const exact = (value: string): object => ({ matches: [{ path: { type: 'Exact', value } }] })
  const long = `long-${'x'.repeat(200)}`
  await under.route('web', 'web.test', [
    toService('a'),
    toService('a', { matches: [{ path: { value: '/h' }, headers: [{ name: 'x', value: 'y' }] }] }),
    { ...exact('/moved'), filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'other.test' } }] },
    { ...exact('/none'), backendRefs: [{ name: 'none', port: 80 }] },
    {
      ...exact('/both'),
      backendRefs: [
        { name: 'a', port: 80 },
        { name: 'b', port: 80 },
      ],
    },
    { ...exact('/missing'), backendRefs: [{ name: 'missing', port: 80 }] },
  ])
  await under.route('any', 'any.test', [toService('any')])
  await under.route(long, 'long.test', [toService('a')])
  await until(async () => (await ask(BIND, 'long.test', '/')) === '200 e0')
  await under.driver.proxy.settled()
  const longAsked = async (): Promise<number> => {
    const line = (await counted(under)).find((one) => one.includes(long)) ?? ''
    return Number(/^HTTPRoute shop long-x+ 0 2xx (\d+)$/.exec(line)?.[1] ?? 0)
  }
  // A new worker counts from nothing, and the one before takes connections until it has heard that it shall go.
  await until(async () => {
    const before = await longAsked()
    for (let time = 0; time < 5; time++) await ask(BIND, 'long.test', '/')
    return (await longAsked()) === before + 5
  })
  const asked = [...Array<string>(3).fill('/'), '/h', '/moved', '/moved', '/none', ...Array<string>(20).fill('/both')]
  for (const path of [...asked, '/missing']) await ask(BIND, 'web.test', path)
  for (const path of ['/204', '/304', '/404', '/429', '/500', '/503', '/cut']) await ask(BIND, 'any.test', path)
  assert.deepEqual(
    (await counted(under)).filter((line) => !line.includes(long)),
    [
      'HTTPRoute shop any 0 2xx 1',
      'HTTPRoute shop any 0 3xx 1',
      'HTTPRoute shop any 0 4xx 2',
      'HTTPRoute shop any 0 5xx 3',
      'HTTPRoute shop web 0 2xx 4',
      'HTTPRoute shop web 2 3xx 2',
      'HTTPRoute shop web 3 5xx 1',
      'HTTPRoute shop web 4 2xx 20',
      'HTTPRoute shop web 5 5xx 1',
    ],
  )
  // What is changed in a rule goes on being the same one.
  await under.route('any', 'any.test', [toService('b')])
  await until(async () => (await ask(BIND, 'any.test', '/')) === '200 e1')
  assert.ok((await counted(under)).includes('HTTPRoute shop any 0 4xx 2'))
})
