import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestInfo } from './request-info.ts'
import { requestLabels } from './request-labels.ts'

const labels = (method: string, url: string, contentType?: string, isServed = true): string => {
  const [path = '', search = ''] = url.split('?')
  const query = new URLSearchParams(search)
  const of = requestLabels({ method, contentType, query }, requestInfo(method, path, query), isServed)
  const { verb, dryRun, group, version, resource, subresource, scope } = of
  return [verb, dryRun, group, version, resource, subresource, scope].join(' ')
}

test('requests are told apart by Kubernetes’ labels', () => {
  const pods = '/api/v1/namespaces/default/pods'
  const apps = '/apis/apps/v1/namespaces/default/deployments'
  assert.equal(labels('GET', '/api/v1/pods'), 'LIST   v1 pods  cluster')
  assert.equal(labels('GET', pods), 'LIST   v1 pods  namespace')
  assert.equal(labels('HEAD', `${pods}/a`), 'GET   v1 pods  resource')
  assert.equal(labels('GET', `${pods}?watch=1`), 'WATCH   v1 pods  namespace')
  assert.equal(labels('GET', '/api/v1/watch/pods'), 'WATCH   v1 pods  cluster')
  assert.equal(labels('GET', `${pods}?fieldSelector=metadata.name%3Da`), 'GET   v1 pods  resource')
  assert.equal(labels('POST', apps), 'POST  apps v1 deployments  resource')
  assert.equal(labels('PUT', `${apps}/a/scale?dryRun=All`), 'PUT All apps v1 deployments scale resource')
  assert.equal(labels('PATCH', `${apps}/a?dryRun=Some`), 'PATCH invalid apps v1 deployments  resource')
  assert.equal(labels('PATCH', `${apps}/a`, 'application/apply-patch+yaml'), 'APPLY  apps v1 deployments  resource')
  assert.equal(labels('DELETE', apps), 'DELETE  apps v1 deployments  namespace')
  assert.equal(labels('POST', `${pods}/a/exec`), 'CONNECT   v1 pods exec resource')
  assert.equal(labels('PUT', `${pods}/a/proxy/b/c`), 'CONNECT   v1 pods proxy resource')
  assert.equal(labels('GET', '/readyz'), 'GET     /readyz ')
  assert.equal(labels('GET', '/version'), 'GET      ')
})

test('what clients make up is counted together', () => {
  assert.equal(labels('GET', '/api/v1/made', undefined, false), 'LIST      ')
  assert.equal(labels('BREW', '/api/v1/made/up', undefined, false), 'other      ')
  const nothing = requestLabels(
    { method: 'GET', contentType: undefined, query: new URLSearchParams() },
    undefined,
    false,
  )
  assert.equal(nothing.verb, 'GET')
})
