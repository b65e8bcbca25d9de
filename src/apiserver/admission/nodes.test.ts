import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
import type { Taint } from '#api/core/node/taint.ts'
import { pods } from '#api/core/pod/resource.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const ZONE = 'topology.kubernetes.io/zone'
const REGION = 'topology.kubernetes.io/region'
const NOT_READY: Taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
const scope = { namespace: 'default' }

const makeNode = (name: string, labels: { [key: string]: string }, taints?: Taint[]) =>
  server.client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } })

const makePod = (name: string, labels: { [key: string]: string }, nodeName?: string) =>
  server.client.create(
    pods,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels },
      spec: { nodeName, containers: [{ name: 'c', image: 'i' }] },
    },
    scope,
  )

const bind = async (name: string, node: string, labels?: { [key: string]: string }) => {
  const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name, labels }, target: { kind: 'Node', name: node } }
  await server.client.create(pods, body as never, { ...scope, subresource: 'binding' })
  return (await server.client.get(pods, name, scope)).metadata?.labels
}

test('a new node is not ready for pods, beside the taints that it comes with', async () => {
  const own: Taint = { key: 'lab.example/own', effect: 'NoExecute' }
  const late: Taint = { key: NOT_READY.key, effect: 'NoExecute' }
  assert.deepEqual((await makeNode('plain', {})).spec?.taints, [NOT_READY])
  assert.deepEqual((await makeNode('tainted', {}, [own, late])).spec?.taints, [own, late, NOT_READY])
  assert.deepEqual((await makeNode('knows', {}, [NOT_READY])).spec?.taints, [NOT_READY])
})

test('a pod that is bound has the zone and the region of its node, and the labels of its binding', async () => {
  await makeNode('zoned', { [ZONE]: 'a', [REGION]: 'east', 'lab.example/rack': '7' })
  await makePod('bound', { app: 'web', [ZONE]: 'elsewhere' })
  assert.deepEqual(await bind('bound', 'zoned', { from: 'binding', [REGION]: 'west' }), {
    app: 'web',
    from: 'binding',
    [ZONE]: 'a',
    [REGION]: 'east',
  })
})

test('a pod that is made for a node has them too; one of a node without them, or that is not there, keeps its own', async () => {
  await makeNode('regional', { [REGION]: 'north' })
  assert.deepEqual((await makePod('made', { app: 'web' }, 'regional')).metadata?.labels, {
    app: 'web',
    [REGION]: 'north',
  })
  await makeNode('bare', { 'lab.example/rack': '7' })
  assert.deepEqual((await makePod('elsewhere', { [ZONE]: 'own' }, 'bare')).metadata?.labels, { [ZONE]: 'own' })
  await makePod('lost', { [ZONE]: 'own' })
  assert.deepEqual(await bind('lost', 'nowhere'), { [ZONE]: 'own' })
  assert.deepEqual((await makePod('waits', { [ZONE]: 'own' })).metadata?.labels, { [ZONE]: 'own' })
})
