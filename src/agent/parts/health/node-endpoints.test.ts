import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { listenHttp } from '../../http/http-listener.ts'
import type { PartState } from '../../runner/part.ts'
import { LoopbackNetwork, settle } from '../../testing/loopback-network.ts'
import { ProxyHealth } from '../services/proxy-health.ts'
import { healthHandler, metricsHandler } from './node-endpoints.ts'

test('healthz minds the node, livez does not, and both the proxy', async () => {
  const network = new LoopbackNetwork()
  const time = { now: Date.parse('2026-01-01T00:00:00.120Z') }
  const health = new ProxyHealth(() => time.now)
  let node: Node = { apiVersion: 'v1', kind: 'Node' }
  let states: readonly PartState[] = [{ name: 'dns', ready: true, faults: [], failures: 0 }]
  const answers: string[] = []
  const handler = healthHandler({
    health: () => health,
    node: () => node,
    podFault: () => states.find(({ ready }) => !ready)?.name,
    parts: () => states,
    now: () => time.now,
    onAnswer: (path, code) => answers.push(`${path} ${code}`),
  })
  const listener = listenHttp({
    addresses: ['n'],
    port: 10256,
    handler,
    listen: network.listen,
    clock: new HandClock(),
    onError: assert.fail,
  })
  await settle()
  const ask = async (path: string) => {
    const { status, body } = await network.ask('n 10256', path)
    return [status, status === 404 ? undefined : JSON.parse(body)]
  }
  const now = '2026-01-01 00:00:00.12 +0000 UTC'
  assert.deepEqual(await ask('/healthz?x'), [200, { lastUpdated: now, currentTime: now, nodeEligible: true }])
  assert.deepEqual(await ask('/livez'), [200, { lastUpdated: now, currentTime: now }])
  node = { ...node, metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }
  assert.deepEqual(await ask('/healthz'), [503, { lastUpdated: now, currentTime: now, nodeEligible: false }])
  assert.equal((await ask('/livez'))[0], 200)
  node = { apiVersion: 'v1', kind: 'Node' }
  assert.deepEqual(await ask('/readyz'), [200, { ready: true, parts: states }])
  states = [{ name: 'dns', ready: false, faults: ['port 53 is taken'], failures: 1 }]
  assert.deepEqual(await ask('/readyz'), [503, { ready: false, parts: states }])
  assert.equal((await ask('/healthz'))[0], 503, 'pods here rely on it')
  assert.equal((await ask('/livez'))[0], 200, 'it is tried again by itself')
  health.queued()
  time.now += 60_000
  assert.deepEqual(await ask('/livez'), [
    503,
    { lastUpdated: '0001-01-01 00:00:00 +0000 UTC', currentTime: '2026-01-01 00:01:00.12 +0000 UTC' },
  ])
  assert.deepEqual(await ask('/'), [404, undefined])
  assert.deepEqual(answers, [
    'healthz 200',
    'livez 200',
    'healthz 503',
    'livez 200',
    'healthz 503',
    'livez 200',
    'livez 503',
  ])
  listener.close()
})

test('the metrics port serves metrics, healthz and proxyMode', async () => {
  const network = new LoopbackNetwork()
  const listener = listenHttp({
    addresses: ['n'],
    port: 10249,
    handler: metricsHandler(() => 'a 1\n'),
    listen: network.listen,
    clock: new HandClock(),
    onError: assert.fail,
  })
  await settle()
  const { headers, body } = await network.ask('n 10249', '/metrics')
  assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(body, 'a 1\n')
  assert.equal((await network.ask('n 10249', '/healthz')).body, 'ok')
  assert.equal((await network.ask('n 10249', '/proxyMode')).body, 'nftables')
  assert.equal((await network.ask('n 10249', '/x')).status, 404)
  listener.close()
})
