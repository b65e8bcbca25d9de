import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CertificateSigningRequest } from '#api/certificates/certificatesigningrequest/message.ts'
import { certificateSigningRequests } from '#api/certificates/certificatesigningrequest/resource.ts'
import { timeText } from '#api/time-text.ts'
import { startCluster, type TestCluster } from '../testing/cluster.ts'

const CLIENT = 'kubernetes.io/kube-apiserver-client'
const csr = (name: string, signerName = CLIENT): CertificateSigningRequest =>
  ({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: { request: btoa(`request of ${name}`), signerName, usages: ['client auth'], expirationSeconds: 600 },
  }) as CertificateSigningRequest

const decide = async ({ client, clock }: TestCluster, name: string, ...types: string[]): Promise<void> => {
  const current = await client.get(certificateSigningRequests, name)
  const at = timeText(clock.now())
  const conditions = types.map((type) => ({ type, status: 'True', lastUpdateTime: at, lastTransitionTime: at }))
  await client.update(certificateSigningRequests, { ...current, status: { conditions } }, { subresource: 'status' })
}

test('what has been approved is signed, by the cluster’s own signers alone', async () => {
  const asked: string[] = []
  const cluster = await startCluster({
    issueCertificate: async ({ request, signerName, usages, expirationSeconds }) => {
      asked.push(`${request}, ${signerName}, ${usages}, ${expirationSeconds}`)
      return request.endsWith('wrong') ? { refusal: 'no' } : { certificate: `for ${request}` }
    },
  })
  const { client, settle } = cluster
  const statusOf = async (name: string) => (await client.get(certificateSigningRequests, name)).status
  for (const name of ['pending', 'good', 'wrong', 'denied', 'both'])
    await client.create(certificateSigningRequests, csr(name))
  await client.create(certificateSigningRequests, csr('foreign', 'example.com/signer'))
  await settle()
  assert.deepEqual(asked, [])
  for (const name of ['good', 'wrong', 'foreign']) await decide(cluster, name, 'Approved')
  await decide(cluster, 'denied', 'Denied')
  await decide(cluster, 'both', 'Approved', 'Denied')
  await settle()
  assert.deepEqual(asked.sort(), [
    `request of good, ${CLIENT}, client auth, 600`,
    `request of wrong, ${CLIENT}, client auth, 600`,
  ])
  assert.equal(atob((await statusOf('good'))!.certificate!), 'for request of good')
  const failed = (await statusOf('wrong'))!.conditions!.at(-1)!
  assert.deepEqual([failed.type, failed.reason, failed.message], ['Failed', 'SignerValidationFailure', 'no'])
  for (const name of ['pending', 'denied', 'both', 'foreign'])
    assert.equal((await statusOf(name))?.certificate, undefined, name)
  cluster.stop()
})

test('a kubelet’s request is approved and signed by itself once rules let it, and none that is decided', async () => {
  let isLet = false
  const asked: string[] = []
  const cluster = await startCluster({
    issueCertificate: async ({ request }) => ({ certificate: `for ${request}` }),
    approvalOf: async ({ request }) => {
      asked.push(atob(request))
      if (request === btoa('request of other')) return undefined
      return isLet ? { message: 'let' } : 'refused'
    },
  })
  const { client, clock, settle } = cluster
  const statusOf = async (name: string) => (await client.get(certificateSigningRequests, name)).status
  for (const name of ['denied', 'node', 'other']) {
    const metadata = { name, creationTimestamp: timeText(clock.now()) }
    await client.create(certificateSigningRequests, { ...csr(name), metadata })
    if (name === 'denied') await decide(cluster, 'denied', 'Denied')
  }
  await settle()
  assert.equal((await statusOf('node'))?.conditions, undefined)
  isLet = true
  asked.length = 0
  clock.advance(60_000)
  await settle()
  const { conditions, certificate } = (await statusOf('node'))!
  const [{ type, status, reason, message }] = conditions as any
  assert.deepEqual([type, status, reason, message], ['Approved', 'True', 'AutoApproved', 'let'])
  assert.equal(atob(certificate!), 'for request of node')
  assert.deepEqual(asked, ['request of node'])
  assert.equal((await statusOf('other'))?.conditions, undefined)
  assert.deepEqual((await statusOf('denied'))?.conditions?.length, 1)
  cluster.stop()
})

test('a request goes an hour after it was decided, and a day after it was made', async () => {
  const cluster = await startCluster({ issueCertificate: async () => ({ certificate: 'c' }) })
  const { client, clock, settle } = cluster
  for (const name of ['pending', 'approved', 'denied']) {
    const metadata = { name, creationTimestamp: timeText(clock.now()) }
    await client.create(certificateSigningRequests, { ...csr(name), metadata })
  }
  await decide(cluster, 'approved', 'Approved')
  await decide(cluster, 'denied', 'Denied')
  const names = async () => {
    await settle()
    return client.all(certificateSigningRequests).map(({ metadata }) => metadata!.name)
  }
  assert.deepEqual((await names()).length, 3)
  clock.advance(3_599_000)
  assert.deepEqual((await names()).length, 3)
  clock.advance(2_000)
  assert.deepEqual(await names(), ['pending'])
  clock.advance(22 * 3_600_000)
  assert.deepEqual(await names(), ['pending'])
  clock.advance(3_600_000)
  assert.deepEqual(await names(), [])
  cluster.stop()
})

test('where nobody issues certificates, requests are left as they are', async () => {
  const cluster = await startCluster()
  await cluster.client.create(certificateSigningRequests, csr('one'))
  await decide(cluster, 'one', 'Approved')
  await cluster.settle()
  assert.equal((await cluster.client.get(certificateSigningRequests, 'one')).status?.certificate, undefined)
  cluster.stop()
})
