import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterRole } from '#api/rbac/clusterrole/message.ts'
import { clusterRoles } from '#api/rbac/clusterrole/resource.ts'
import { startCluster } from '../testing/cluster.ts'
import { aggregatedRules } from './desired.ts'

const rule = (resource: string) => ({ verbs: ['get'], apiGroups: [''], resources: [resource] })
const role = (name: string, labels: Readonly<Record<string, string>>, ...resources: string[]): ClusterRole => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name, labels },
  rules: resources.map(rule),
})
const gathers = (name: string, ...keys: string[]): ClusterRole => ({
  ...role(name, { [keys[0] ?? '']: 'yes' }),
  aggregationRule: { clusterRoleSelectors: keys.map((key) => ({ matchLabels: { [key]: 'yes' } })) },
})

test('a role gathers the rules of those that it selects, by its selectors and their names, each once', () => {
  const all = [
    role('z', { a: 'yes' }, 'pods'),
    role('b', { a: 'yes' }, 'nodes', 'pods'),
    role('c', { b: 'yes' }, 'pods', 'x'),
  ]
  assert.deepEqual(
    aggregatedRules(gathers('m', 'a', 'b'), [...all, gathers('m', 'a')]),
    ['nodes', 'pods', 'x'].map(rule),
  )
  assert.deepEqual(aggregatedRules(gathers('m', 'b', 'a'), all), ['pods', 'x', 'nodes'].map(rule))
  assert.equal(aggregatedRules({ ...gathers('m', 'b'), rules: ['pods', 'x'].map(rule) }, all), undefined)
  assert.deepEqual(aggregatedRules({ ...gathers('m', 'none'), rules: [rule('old')] }, all), [])
  assert.equal(aggregatedRules(gathers('m', 'none'), all), undefined)
  assert.equal(aggregatedRules(role('plain', {}), all), undefined)
})

test('what is gathered follows the roles that come, change and go, also through another that gathers', async () => {
  const { client, settle, stop } = await startCluster()
  const rulesOf = async (name: string) => {
    await settle()
    return (await client.get(clusterRoles, name)).rules?.map(({ resources }) => resources![0]) ?? []
  }
  await client.create(clusterRoles, {
    ...gathers('view', 'to-view'),
    metadata: { name: 'view', labels: { 'to-edit': 'yes' } },
  })
  await client.create(clusterRoles, gathers('edit', 'to-edit'))
  assert.deepEqual(await rulesOf('edit'), [])
  const pods = await client.create(clusterRoles, role('pods', { 'to-view': 'yes' }, 'pods'))
  assert.deepEqual(await rulesOf('view'), ['pods'])
  assert.deepEqual(await rulesOf('edit'), ['pods'])
  await client.update(clusterRoles, { ...pods, metadata: { name: 'pods', labels: {} } })
  assert.deepEqual(await rulesOf('edit'), [])
  await client.create(clusterRoles, role('nodes', { 'to-edit': 'yes' }, 'nodes'))
  assert.deepEqual(await rulesOf('edit'), ['nodes'])
  await client.delete(clusterRoles, 'nodes')
  assert.deepEqual(await rulesOf('edit'), [])
  await client.update(clusterRoles, { ...(await client.get(clusterRoles, 'edit')), rules: [rule('mine')] })
  assert.deepEqual(await rulesOf('edit'), [], 'what somebody writes into it does not stay')
  stop()
})
