import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { ApiError } from '#client/client.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

const DNS = { namespace: 'kube-system', name: 'kube-dns', address: '10.96.0.10' }
let server: TestServer

before(async () => {
  server = await startTestServer({
    reservedAddresses: new Map([
      [DNS.address, 'kube-system/kube-dns'],
      ['fd00:10:96::a', 'kube-system/kube-dns'],
    ]),
  })
})
after(() => server.close())

const make = (name: string, spec: Service['spec'], namespace = 'default'): Promise<Service> =>
  server.client.create(
    services,
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } },
    { namespace },
  )

const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    assert.equal(error.status.code, 422)
    return error.message
  }
  throw new assert.AssertionError({ message: 'nothing was refused' })
}

test('a reserved ClusterIP is given to its own Service alone, before that is made and after it was deleted', async () => {
  const taken = async (): Promise<void> => {
    const message = await refusal(make('thief', { clusterIP: DNS.address }))
    assert.match(message, /failed to allocate IP 10\.96\.0\.10: provided IP is already allocated/)
    assert.match(await refusal(make(DNS.name, { clusterIP: DNS.address })), /already allocated/, 'another namespace')
  }
  await taken()
  for (let round = 0; round < 2; round++) {
    const dns = await make(DNS.name, { clusterIP: DNS.address }, DNS.namespace)
    assert.equal(dns.spec?.clusterIP, DNS.address)
    await server.client.delete(services, DNS.name, { namespace: DNS.namespace })
    await taken()
  }
})

test('the kubernetes Service gets its address again, and nobody else does meanwhile', async () => {
  const kubernetes = await server.client.get(services, 'kubernetes', { namespace: 'default' })
  await server.client.delete(services, 'kubernetes', { namespace: 'default' })
  await refusal(make('thief', { clusterIP: '10.96.0.1' }))
  const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy, ports } = kubernetes.spec!
  const again = await make('kubernetes', { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy, ports })
  assert.equal(again.spec?.clusterIP, '10.96.0.1')
})

test('a reserved address is refused as an external one in every field and spelling, with the Service that has it', async () => {
  const owner = 'is reserved for the cluster IP of Service default/kubernetes'
  assert.equal(
    await refusal(make('a', { externalIPs: ['192.0.2.1', '10.96.0.1'] })),
    `Service "a" is invalid: spec.externalIPs[1]: Invalid value: "10.96.0.1": ${owner}`,
  )
  assert.match(
    await refusal(make('a', { externalIPs: ['fd00:10:96:0::a'] })),
    /externalIPs\[0\].*kube-system\/kube-dns/,
  )
  assert.match(await refusal(make('a', { type: 'LoadBalancer', loadBalancerIP: '10.96.0.1' })), /spec\.loadBalancerIP/)
  const plain = await make('plain', { type: 'LoadBalancer' })
  assert.match(
    await refusal(server.client.update(services, { ...plain, spec: { ...plain.spec, externalIPs: ['10.96.0.1'] } })),
    /spec\.externalIPs\[0\]/,
  )
  const status = { loadBalancer: { ingress: [{ ip: '10.96.0.1', ipMode: 'VIP' as const }] } }
  assert.match(
    await refusal(server.client.update(services, { ...plain, status }, { subresource: 'status' })),
    /status\.loadBalancer\.ingress\[0\]\.ip/,
  )
})
