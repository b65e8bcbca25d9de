import assert from 'node:assert/strict'
import { test } from 'node:test'
import { condition, routes, statusOf, words } from '../testing/ask.ts'
import { gatewayClass } from '../testing/cluster.ts'
import { gateway, http } from '../testing/make.ts'

const EDGE = { group: '', kind: 'ConfigMap', name: 'edge' }
type Data = { readonly [key: string]: string }
const map = (namespace: string, data: Data) => ({
  apiVersion: 'v1' as const,
  kind: 'ConfigMap' as const,
  metadata: { namespace, name: 'edge' },
  data,
})
const NAMES_IT = gateway('gw', [http()], { infrastructure: { parametersRef: EDGE } })
const withData = (data: Data) => routes({ gateways: [NAMES_IT], configMaps: [map('shop', data)] })
const accepted = (all: ReturnType<typeof routes>, object = 'Gateway gw') => {
  const { conditions = [] } = statusOf(all, object)
  return [condition({ conditions }, 'Accepted'), words({ conditions }, 'Accepted')]
}

test('a ConfigMap of its namespace says whether requests to a Gateway are logged, and who is believed about clients', () => {
  const all = withData({
    'access-log': 'json',
    'request-metrics': 'rule',
    'use-forwarded-headers': 'true',
    'trusted-proxies': '10.0.0.0/8, ::1',
  })
  const { accessLog, requestMetrics, trusted } = all.table.sites[0]!
  assert.deepEqual([accessLog, requestMetrics, trusted], ['json', 'rule', ['10.0.0.0/8', '::1/128']])
  assert.equal(accepted(all)[0], 'True Accepted')
})

test('without parameters nothing is logged and nobody is believed', () => {
  for (const all of [withData({}), routes({ gateways: [gateway('gw', [http()])] })]) {
    const { accessLog, trusted } = all.table.sites[0]!
    assert.deepEqual([accessLog, trusted], [undefined, undefined])
  }
})

test('proxies that are named are not believed until that is asked for', () => {
  assert.equal(withData({ 'trusted-proxies': '10.0.0.0/8' }).table.sites[0]!.trusted, undefined)
})

test('a Gateway whose parameters cannot be honoured is not accepted, and is told what of them', () => {
  const cases: readonly (readonly [Data, string])[] = [
    [{ 'access-log': 'xml' }, 'access-log is "xml", which is neither off nor json; what holds instead: off'],
    [
      { 'host-ownership': 'exclusive' },
      'host-ownership is not understood, and has no effect; there are access-log, request-metrics, use-forwarded-headers, trusted-proxies',
    ],
    [
      { 'use-forwarded-headers': 'true' },
      'use-forwarded-headers is true, but trusted-proxies names nobody who is believed',
    ],
    [
      { 'use-forwarded-headers': 'true', 'trusted-proxies': `10.0.0.0/8,${'10.0.0.0/8,'.repeat(6000)}` },
      'trusted-proxies has 66011 characters, and may have 65536',
    ],
  ]
  for (const [data, why] of cases) {
    const all = withData(data)
    assert.deepEqual(accepted(all), ['False InvalidParameters', `ConfigMap shop/edge: ${why}`])
    assert.deepEqual(all.table.sites, [])
  }
  const elsewhere = routes({ gateways: [NAMES_IT], configMaps: [map('other', {})] })
  assert.deepEqual(accepted(elsewhere), ['False InvalidParameters', 'there is no ConfigMap shop/edge'])
  const odd = gateway('gw', [http()], {
    infrastructure: { parametersRef: { group: 'lab.example', kind: 'Config', name: 'x' } },
  })
  assert.deepEqual(accepted(routes({ gateways: [odd] })), [
    'False InvalidParameters',
    'Config.lab.example x is not understood, a ConfigMap is',
  ])
})

test('the parameters of a class hold for its Gateways that have none of their own', () => {
  const gatewayClasses = [gatewayClass('fairlead', { parametersRef: { ...EDGE, namespace: 'ops' } })]
  const configMaps = [map('ops', { 'access-log': 'json' }), map('shop', {})]
  const plain = routes({ gatewayClasses, configMaps, gateways: [gateway('gw', [http()])] })
  assert.equal(plain.table.sites[0]!.accessLog, 'json')
  assert.equal(routes({ gatewayClasses, configMaps, gateways: [NAMES_IT] }).table.sites[0]!.accessLog, undefined)
})

test('a class whose parameters lead nowhere is not accepted, nor are its Gateways, which say so', () => {
  const told = (namespace?: string) => {
    const gatewayClasses = [gatewayClass('fairlead', { parametersRef: { ...EDGE, ...(namespace && { namespace }) } })]
    const all = routes({ gatewayClasses, gateways: [gateway('gw', [http()])] })
    const [, message] = accepted(all, 'GatewayClass fairlead')
    assert.deepEqual(accepted(all, 'Gateway gw'), ['False InvalidParameters', `GatewayClass fairlead: ${message}`])
    assert.deepEqual(all.table.sites, [])
    return accepted(all, 'GatewayClass fairlead')
  }
  assert.deepEqual(told('ops'), ['False InvalidParameters', 'there is no ConfigMap ops/edge'])
  assert.deepEqual(told(), ['False InvalidParameters', 'ConfigMap edge needs a namespace'])
})
