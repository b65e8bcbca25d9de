import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { endpoints } from '#api/core/endpoints/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { TRIGGER_TIME_ANNOTATION } from '#objects/well-known.ts'
import { makeDeployment, makeService, startCluster } from '../testing/cluster.ts'

test('Endpoints carry the time of the change that they were written for, as slices do, and lose it for one without', async () => {
  const cluster = await startCluster({ nodes: 1 })
  const shown = () => [endpoints, endpointSlices].map((kind) => cluster.client.all(kind as Resource<ApiObject>)[0]!)
  const times = () => shown().map(({ metadata }) => metadata?.annotations?.[TRIGGER_TIME_ANNOTATION])
  const versions = () => shown().map(({ metadata }) => metadata?.resourceVersion)
  await cluster.client.create(services, makeService('web'))
  await cluster.settle()
  const [created] = cluster.client.all(services)
  assert.deepEqual(times(), Array(2).fill(created?.metadata?.creationTimestamp))
  await cluster.client.create(deployments, makeDeployment('web', 2))
  await cluster.converge()
  const name = cluster.client.all(pods)[0]!.metadata!.name!
  const turn = async (lastTransitionTime: string, ready = 'False') => {
    const pod = await cluster.client.get(pods, name, { namespace: 'default' })
    const status = { ...pod.status, conditions: [{ type: 'Ready', status: ready, lastTransitionTime }] }
    await cluster.client.update(pods, { ...pod, status }, { namespace: 'default', subresource: 'status' })
    await cluster.settle()
  }
  await turn('2026-01-01T00:05:00Z')
  assert.deepEqual(times(), Array(2).fill('2026-01-01T00:05:00Z'))
  const before = versions()
  await turn('2026-01-01T00:06:00Z')
  assert.deepEqual(versions(), before, 'nothing is written for a time alone')
  await turn('2026-01-01T00:07:00Z', 'True')
  const deployment = cluster.client.all(deployments)[0]!
  const fewer = { ...deployment, spec: { ...deployment.spec!, replicas: 0 } }
  await cluster.client.update(deployments, fewer, { namespace: 'default' })
  await cluster.converge()
  assert.deepEqual(times(), [undefined, undefined])
  cluster.stop()
})
