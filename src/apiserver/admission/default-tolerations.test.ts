import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pods } from '#api/core/pod/resource.ts'
import type { Toleration } from '#api/core/pod/spec/scheduling.ts'
import type { Client } from '#client/client.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

const scope = { namespace: 'default' }
let server: TestServer
let client: Client
before(async () => {
  server = await startTestServer()
  client = createUnixClient(server.socketPath)
})
after(() => server.close())

let count = 0
const make = (tolerations: readonly Toleration[]) =>
  client.create(
    pods,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `p-${++count}` },
      spec: { tolerations, containers: [{ name: 'c', image: 'i' }] },
    },
    scope,
  )
const for300 = (key: string): Toleration => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })
const BOTH = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map(for300)

test('a pod stays five minutes on a node that is not well, where it does not say otherwise', async () => {
  const own = { key: 'own', operator: 'Exists' } as const
  assert.deepEqual((await make([])).spec?.tolerations, BOTH)
  assert.deepEqual((await make([own])).spec?.tolerations, [own, ...BOTH])
  for (const all of [{ operator: 'Exists' }, { operator: 'Exists', effect: 'NoExecute' }] as const)
    assert.deepEqual((await make([all])).spec?.tolerations, [all])
  const forever = { key: BOTH[0]!.key, operator: 'Exists' } as const
  assert.deepEqual((await make([forever])).spec?.tolerations, [forever, BOTH[1]])
  const other = { key: BOTH[0]!.key, operator: 'Exists', effect: 'NoSchedule' } as const
  assert.deepEqual((await make([other])).spec?.tolerations, [other, ...BOTH])
})

test('who writes the list anew without them, as kubectl apply does, leaves them as they are', async () => {
  const own = { key: 'own', operator: 'Exists' } as const
  const { metadata, spec } = await make([own])
  const name = metadata!.name!
  const patched = await client.patch(pods, name, 'strategic', { spec: { tolerations: [own] } }, scope)
  assert.deepEqual(patched.spec, spec)
  assert.equal(patched.metadata?.resourceVersion, metadata?.resourceVersion, 'nothing has changed')
  await assert.rejects(
    client.patch(pods, name, 'merge', { spec: { tolerations: [] } }, scope),
    /existing toleration can not be modified/,
  )
})
