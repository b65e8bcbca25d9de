import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entries, routeCondition, routes } from '../testing/ask.ts'
import { gateway, http, httpRoute, service } from '../testing/make.ts'

test('a filter of one backend that nobody knows stops its share of the requests, and no other', () => {
  const extensionRef = { group: 'example.com', kind: 'Throttle', name: 'slow' }
  const backendRefs = [
    { name: 'web', port: 80, weight: 3 },
    { name: 'api', port: 80, filters: [{ type: 'ExtensionRef', extensionRef }] },
  ]
  const all = routes({
    gateways: [gateway('shop/gw', [http()])],
    httpRoutes: [httpRoute('shop/split', { rules: [{ backendRefs }] } as never)],
    services: [service('shop/web'), service('shop/api')],
  })
  const reason = 'the filter Throttle.example.com slow is not known'
  assert.deepEqual(entries(all)[0]?.rule.action, {
    type: 'forward',
    to: [
      { weight: 3, to: { backend: 'shop/web:80 http' }, filters: [] },
      { weight: 1, to: { status: 500, reason }, filters: [] },
    ],
  })
  assert.equal(routeCondition(all, 'HTTPRoute split', 'ResolvedRefs'), 'False InvalidKind')
})
