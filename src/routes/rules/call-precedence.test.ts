import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entries, routes } from '../testing/ask.ts'
import { gateway, grpcRoute, http, service } from '../testing/make.ts'

test('of the rules of a GRPCRoute the longer service goes first, then the longer method, then most headers', () => {
  const headers = [{ name: 'x-a', value: '1' }]
  const rules = [
    [],
    [{ headers }],
    [{ method: { method: 'Get' } }],
    [{ method: { method: 'GetAll' } }],
    [{ method: { service: 'shop.Cart' } }],
    [{ method: { service: 'shop.Cart', method: 'Get' } }],
  ].map((matches, index) => ({ name: `rule-${index}`, matches, backendRefs: [{ name: 'web', port: 80 }] }))
  const all = routes({
    gateways: [gateway('shop/gw', [http()])],
    grpcRoutes: [grpcRoute('shop/calls', { rules } as never)],
    services: [service('shop/web')],
  })
  assert.deepEqual(
    entries(all).map(({ rule }) => rule.name),
    ['rule-5', 'rule-4', 'rule-3', 'rule-2', 'rule-1', 'rule-0'],
  )
})
