import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, type TestContext, test } from 'node:test'
import { services } from '#api/core/service/resource.ts'
import { createPki } from '#apiserver/pki/create-pki.ts'
import type { Pki } from '#apiserver/pki/pki.ts'
import { systemClock } from '#clock/clock.ts'
import type { Client } from '../client.ts'
import { createHttpClient } from '../http-client.ts'
import { inClusterTransport } from './in-cluster-transport.ts'
import { ServiceAccountFiles } from './service-account.ts'

const folder = mkdtempSync(join(tmpdir(), 'in-cluster-'))
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
let first: Pki
let second: Pki
before(async () => {
  const request = { clusterDomain: 'cluster.local', subjectAltNames: ['api.example'], now: new Date() }
  ;[first, second] = await Promise.all([createPki(request), createPki(request)])
})
after(() => rmSync(folder, { recursive: true }))

const LIST = JSON.stringify({ kind: 'ServiceList', apiVersion: 'v1', metadata: { resourceVersion: '7' }, items: [] })
type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** An API server that answers every request with an empty list, or as told; `asked` has who asked for what. */
const serve = async (t: TestContext, pki: Pki, answer: Answer = (_, response) => response.end(LIST)) => {
  const asked: string[] = []
  const server = createServer({ cert: pki.server.certificate, key: pki.server.key }, (request, response) => {
    asked.push(`${request.method} ${request.headers.authorization}`)
    request.resume().on('end', () => answer(request, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  t.after(stop)
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop }
}

let passed = 0
const clock = { now: () => Date.now() + passed, after: systemClock.after }

const clientOf = (t: TestContext, servers: readonly string[], serverName?: string): Client => {
  const account = new ServiceAccountFiles(folder)
  const transport = inClusterTransport({
    servers,
    account,
    clock,
    random: () => 0,
    ...(serverName ? { serverName } : {}),
  })
  const client = createHttpClient(transport)
  t.after(() => client.close())
  return client
}

test('a server that is gone is passed over within the same request, for a watch too, and not asked again while another answers', async (t) => {
  write('token', 'one')
  write('ca.crt', first.ca.certificate)
  const [a, b] = [await serve(t, first), await serve(t, first)]
  const client = clientOf(t, [a.url, b.url])
  await client.list(services)
  a.stop()
  assert.equal((await client.list(services)).resourceVersion, '7')
  await client.watch(services, { resourceVersion: '7' }, () => {}).done
  await client.create(services, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'y' } })
  assert.deepEqual([a.asked.length, b.asked.length], [1, 3])
  b.stop()
  const error = { name: 'TransportError', code: 'API_UNREACHABLE' }
  await assert.rejects(client.list(services), error)
  await assert.rejects(client.watch(services, { resourceVersion: '7' }, () => {}).done, error)
})

test('a token that a server does not take is read again at once, and the request sent once more with what it held', async (t) => {
  write('token', 'old')
  write('ca.crt', first.ca.certificate)
  const bodies: string[] = []
  const { url, asked } = await serve(t, first, (request, response) => {
    const isKnown = request.headers.authorization === 'Bearer new'
    if (isKnown) bodies.push(request.headers['content-length'] ?? '')
    response.writeHead(isKnown ? 200 : 401).end(isKnown ? LIST : '')
  })
  const client = clientOf(t, [url])
  const refused = (error: Error) => {
    assert.equal((error as unknown as { status: { code: number } }).status.code, 401)
    assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /old|Bearer/)
    return true
  }
  await assert.rejects(client.list(services), refused)
  assert.equal(asked.length, 1, 'where there is no other token nothing is tried again')
  write('token', 'new')
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'y' } } as const
  await client.create(services, service)
  assert.deepEqual(asked.slice(1), ['POST Bearer old', 'POST Bearer new'])
  assert.deepEqual(bodies, [String(JSON.stringify(service).length)])
  write('token', 'old')
  await client.watch(services, { resourceVersion: '7' }, () => {}).done
  assert.equal(asked.at(-1), 'GET Bearer new')
})

test('authorities that change are followed: what the old ones vouched for is believed no more', async (t) => {
  write('token', 'one')
  write('ca.crt', first.ca.certificate)
  const [old, renewed] = [await serve(t, first), await serve(t, second)]
  const client = clientOf(t, [old.url, renewed.url])
  await client.list(services)
  old.stop()
  await assert.rejects(client.list(services), { code: 'API_UNREACHABLE' })
  passed += 2000
  write('ca.crt', second.ca.certificate)
  assert.equal((await client.list(services)).resourceVersion, '7')
})

test('the name of the certificates may be another than the address', async (t) => {
  write('token', 'one')
  write('ca.crt', first.ca.certificate)
  const { url } = await serve(t, first)
  await clientOf(t, [url], 'api.example').list(services)
  await assert.rejects(clientOf(t, [url], 'other.example').list(services), /other\.example/)
})

test('what a pod lacks is told by its file, with the way out, and never with what a token holds', (t) => {
  const account = new ServiceAccountFiles(join(folder, 'nowhere'))
  const unusable = (message: RegExp) => ({ code: 'IN_CLUSTER_UNUSABLE', message, hint: /automount.*--kubeconfig/ })
  assert.throws(() => account.ca, unusable(/authority.*nowhere\/ca\.crt/))
  assert.throws(() => account.token, unusable(/token.*nowhere\/token/))
  assert.throws(() => account.namespace, unusable(/namespace.*nowhere\/namespace/))
  write('token', 'two words')
  write('ca.crt', first.ca.certificate)
  write('namespace', 'fairlead-system\n')
  const odd = new ServiceAccountFiles(folder)
  assert.throws(() => odd.token, unusable(/^(?!.*two words)/))
  assert.equal(odd.namespace, 'fairlead-system')
  return assert.rejects(clientOf(t, ['https://127.0.0.1:1']).list(services), { code: 'IN_CLUSTER_UNUSABLE' })
})
