import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Secret } from '#api/core/secret/message.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { isNotFound } from '#client/client.ts'
import { startCluster } from '../testing/cluster.ts'

const namespace = 'default'
const account = (name: string) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }) as const
const secret = (name: string, of: string, more: object = {}): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace, annotations: { 'kubernetes.io/service-account.name': of, ...more } },
  type: 'kubernetes.io/service-account-token',
})

test('a Secret for a token is filled, kept so, and goes with its ServiceAccount', async () => {
  let signed = 0
  const signToken = (...of: readonly unknown[]) => `${JSON.stringify(of)} ${++signed}`
  const { client, settle, stop } = await startCluster({ signToken })
  const get = async (name: string): Promise<Secret | undefined> => {
    await settle()
    return client.get(secrets, name, { namespace }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
      return undefined
    })
  }
  const robot = await client.create(serviceAccounts, account('robot'), { namespace })
  const uid = robot.metadata!.uid!
  await client.create(secrets, secret('t', 'robot'), { namespace })
  const filled = (await get('t'))!
  const token = `["default","t",{"name":"robot","uid":"${uid}"}] 1`
  assert.deepEqual(filled.data, { 'ca.crt': btoa('CA'), namespace: btoa('default'), token: btoa(token) })
  assert.equal(filled.metadata!.annotations!['kubernetes.io/service-account.uid'], uid)
  await client.update(
    secrets,
    { ...filled, data: { ...filled.data, 'ca.crt': btoa('other'), mine: 'eA==' } },
    { namespace },
  )
  const mended = (await get('t'))!
  assert.deepEqual(mended.data, { ...filled.data, mine: 'eA==' }, 'with the token that it has')
  await client.create(secrets, secret('stray', 'nobody'), { namespace })
  assert.equal(await get('stray'), undefined)
  await client.create(secrets, secret('former', 'robot', { 'kubernetes.io/service-account.uid': 'another' }), {
    namespace,
  })
  assert.equal(await get('former'), undefined)
  const plain = { ...secret('plain', 'nobody'), type: 'Opaque' }
  await client.create(secrets, plain, { namespace })
  await client.delete(serviceAccounts, 'robot', { namespace })
  assert.equal(await get('t'), undefined)
  assert.equal((await get('plain'))?.data, undefined)
  stop()
})

test('where nobody signs, nothing is filled', async () => {
  const { client, settle, stop } = await startCluster()
  await client.create(serviceAccounts, account('robot'), { namespace })
  await client.create(secrets, secret('t', 'robot'), { namespace })
  await settle()
  assert.equal((await client.get(secrets, 't', { namespace })).data, undefined)
  stop()
})
