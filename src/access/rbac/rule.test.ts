import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccessRequest } from './request.ts'
import { combined, matchesPath, ruleAllows } from './rule.ts'

const request = (text: string): AccessRequest => {
  const [verb = '', what = '', name = ''] = text.split(' ')
  if (what.startsWith('/')) return { kind: 'path', verb, path: what }
  const [group = '', plural = ''] = what.split(':')
  const [resource = '', ...sub] = plural.split('/')
  return { kind: 'resource', verb, group, resource, subresource: sub.join('/'), namespace: 'n', name }
}

test('a rule allows what its verbs, groups, resources and names all hold', () => {
  const pods = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] }
  const named = { ...pods, resourceNames: ['a', 'b'] }
  const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }
  const scales = { verbs: ['get'], apiGroups: ['*'], resources: ['*/scale'] }
  const table: readonly (readonly [object, string, boolean])[] = [
    [pods, 'get :pods a', true],
    [pods, 'list :pods', true],
    [pods, 'get :pods/log a', true],
    [pods, 'get :pods/exec a', false],
    [pods, 'watch :pods', false],
    [pods, 'get apps:pods a', false],
    [pods, 'get :services a', false],
    [pods, 'get /pods', false],
    [named, 'get :pods a', true],
    [named, 'get :pods b', true],
    [named, 'get :pods c', false],
    [named, 'list :pods', false],
    [{ ...pods, resourceNames: [] }, 'get :pods c', true],
    [all, 'get :pods/exec a', true],
    [all, 'delete apps:deployments', true],
    [all, 'get /healthz', false],
    [scales, 'get apps:deployments/scale a', true],
    [scales, 'get apps:deployments a', false],
    [scales, 'get apps:deployments/status a', false],
    [scales, 'update apps:deployments/scale a', false],
    [{ verbs: ['get'], apiGroups: [''], resources: ['pods/*'] }, 'get :pods/log a', false],
    [{ verbs: ['get'], nonResourceURLs: ['/api', '/apis/*'] }, 'get /api', true],
    [{ verbs: ['get'], nonResourceURLs: ['/api', '/apis/*'] }, 'get /apis/apps', true],
    [{ verbs: ['get'], nonResourceURLs: ['/api', '/apis/*'] }, 'get /api/v1', false],
    [{ verbs: ['get'], nonResourceURLs: ['/api', '/apis/*'] }, 'post /api', false],
    [{ verbs: ['*'], nonResourceURLs: ['*'] }, 'post /any', true],
    [{ verbs: ['*'], nonResourceURLs: ['*'] }, 'get :pods a', false],
    [{}, 'get :pods a', false],
    [{ verbs: ['get'] }, 'get :pods a', false],
    [{ verbs: ['get'] }, 'get /x', false],
  ]
  for (const [rule, text, allowed] of table)
    assert.equal(ruleAllows(rule, request(text)), allowed, `${JSON.stringify(rule)}: ${text}`)
})

test('a path is named as such, or by the star at its end alone', () => {
  assert.ok(matchesPath('/a/**', '/a/b'))
  assert.ok(matchesPath('*', '/a'))
  assert.ok(!matchesPath('/a*b', '/axb'))
  assert.ok(!matchesPath('/a/*', '/a'))
})

test('a part of a resource is named after it', () => {
  assert.equal(combined({ resource: 'pods', subresource: '' }), 'pods')
  assert.equal(combined({ resource: 'pods', subresource: 'log' }), 'pods/log')
})
