import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Ingress } from '#api/networking/ingress/message.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let now = Date.parse('2026-11-21T03:00:00Z')
before(async () => {
  server = await startTestServer({ clock: { now: () => now } })
})
after(() => server.close())

const makeClass = (name: string, isDefault: string) =>
  server.client.create(ingressClasses, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': isDefault } },
    spec: { controller: 'lab.example/edge' },
  })
let count = 0
const classOf = async (spec: Partial<Ingress['spec']> = {}, annotations: { [key: string]: string } = {}) => {
  const defaultBackend = { service: { name: 'web', port: { number: 80 } } }
  const ingress = await server.client.create(
    ingresses,
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: `i-${++count}`, annotations },
      spec: { defaultBackend, ...spec },
    },
    { namespace: 'default' },
  )
  return ingress.spec?.ingressClassName
}

test('an Ingress that names no class is of the youngest that is marked as the default', async () => {
  await makeClass('plain', 'false')
  assert.equal(await classOf(), undefined)
  await makeClass('b', 'true')
  await makeClass('a', 'true')
  assert.equal(await classOf(), 'a', 'of the same age the first by name')
  now += 1000
  await makeClass('z', 'true')
  assert.equal(await classOf(), 'z')
})

test('an Ingress that says its class, by its field or the older annotation, keeps it', async () => {
  assert.equal(await classOf({ ingressClassName: 'plain' }), 'plain')
  assert.equal(await classOf({}, { 'kubernetes.io/ingress.class': '' }), undefined)
})
