import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AccessRequest, authorize } from './authorization.ts'
import { ANONYMOUS, type Caller, SYSTEM } from './caller.ts'

const account: Caller = {
  name: 'system:serviceaccount:team:default',
  groups: ['system:serviceaccounts', 'system:authenticated'],
}

const on = (verb: string, resource: string, namespace = 'team', subresource = ''): AccessRequest => ({
  kind: 'resource',
  verb,
  group: '',
  resource,
  subresource,
  namespace,
  name: '',
})

test('authorize() lets ServiceAccounts read, and nothing more', () => {
  const cases: readonly (readonly [Caller, AccessRequest, boolean])[] = [
    [SYSTEM, on('delete', 'nodes', ''), true],
    [account, on('list', 'services', ''), true],
    [account, on('watch', 'pods', 'other'), true],
    [account, on('create', 'pods'), false],
    [account, on('get', 'secrets'), true],
    [account, on('list', 'secrets', ''), false],
    [account, on('get', 'secrets', 'other'), false],
    [account, on('get', '*'), false],
    [account, on('get', 'pods', 'team', '*'), false],
    [account, on('get', 'pods', 'team', 'log'), true],
    [account, { kind: 'path', verb: 'get', path: '/api' }, true],
    [ANONYMOUS, { kind: 'path', verb: 'get', path: '/livez/ping' }, true],
    [ANONYMOUS, { kind: 'path', verb: 'get', path: '/healthzz' }, false],
    [ANONYMOUS, { kind: 'path', verb: 'get', path: '/api' }, false],
    [ANONYMOUS, on('list', 'services'), false],
  ]
  for (const [caller, request, allowed] of cases) {
    assert.equal(authorize(caller, request).allowed, allowed, `${caller.name} ${JSON.stringify(request)}`)
  }
})

test('authorize() refuses whoever is no master what reaches into containers and behind addresses, by every method', () => {
  const streams = ['exec', 'attach', 'portforward', 'proxy'].map((part) => ['pods', part] as const)
  for (const [resource, part] of [...streams, ['services', 'proxy'], ['nodes', 'proxy']] as const)
    for (const verb of ['get', 'create', 'update', 'patch', 'delete', 'options']) {
      const request = on(verb, resource, resource === 'nodes' ? '' : 'team', part)
      assert.equal(authorize(account, request).allowed, false, `${verb} ${resource}/${part}`)
      assert.equal(authorize(SYSTEM, request).allowed, true, `${verb} ${resource}/${part}`)
    }
})
