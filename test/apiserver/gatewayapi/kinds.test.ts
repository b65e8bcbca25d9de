import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask } from '#apiserver/testing/ask.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'
import { GATEWAY_CLASSES } from '#cluster/own-objects/gateway-classes.ts'
import { ownDefinitionNames } from '#cluster/own-objects/own-definitions.ts'
import { definitionsNamed } from '#cluster/own-objects/prepared-definitions.ts'
import { backend, parentRefs } from './example.ts'
import { GATEWAY_EXAMPLES } from './gateway-examples.ts'
import { HTTP_ROUTE_EXAMPLES } from './http-route-examples.ts'
import { OTHER_EXAMPLES } from './other-examples.ts'

type Loose = any
const GROUP = 'gateway.networking.k8s.io'

let server: TestServer
before(async () => {
  server = await startTestServer({
    definitions: { names: ownDefinitionNames({}), load: definitionsNamed },
    firstObjects: GATEWAY_CLASSES,
  })
})
after(() => server.close())

const PLURALS: Readonly<Record<string, string>> = {
  GatewayClass: 'gatewayclasses',
  BackendTLSPolicy: 'backendtlspolicies',
}
const SCOPED = new Set(['GatewayClass'])
const pathOf = (kind: string, version: string): string => {
  const plural = PLURALS[kind] ?? `${kind.toLowerCase()}s`
  return `/apis/${GROUP}/${version}/${SCOPED.has(kind) ? '' : 'namespaces/default/'}${plural}`
}
/** Why such an object is not created; undefined where it would be. */
const refusal = async (kind: string, spec: object, version = 'v1'): Promise<string | undefined> => {
  const object = { apiVersion: `${GROUP}/${version}`, kind, metadata: { name: 'one' }, spec }
  const path = `${pathOf(kind, version)}?dryRun=All&fieldValidation=Strict`
  const { status, body } = await ask(server.socketPath, `POST ${path}`, object)
  return status === 201 ? undefined : body.message
}

const EXAMPLES = [...GATEWAY_EXAMPLES, ...HTTP_ROUTE_EXAMPLES, ...OTHER_EXAMPLES]

for (const kind of new Set(EXAMPLES.map(([, one]) => one)))
  test(`what the Gateway API takes as a ${kind} is taken, and the rest is refused with its reason`, async () => {
    for (const [what, one, spec, why, version] of EXAMPLES) {
      if (one !== kind) continue
      const said = await refusal(kind, spec, version)
      if (why === undefined) assert.equal(said, undefined, what)
      else assert.match(said ?? 'taken', why, what)
    }
  })

test('a class of Gateways and a default class of Ingresses are there from the start', async () => {
  const { body } = await ask(server.socketPath, `GET /apis/${GROUP}/v1/gatewayclasses/fairlead`)
  assert.equal(body.spec.controllerName, 'fairlead.dev/gateway-controller')
  assert.deepEqual(
    body.status.conditions.map((one: Loose) => [one.type, one.status, one.reason]),
    [['Accepted', 'Unknown', 'Pending']],
  )
  const changed = await ask(server.socketPath, `PATCH /apis/${GROUP}/v1/gatewayclasses/fairlead`, {
    spec: { controllerName: 'other.example/controller' },
  })
  assert.match(changed.body.message, /it cannot be changed/)
  const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web' } }
  const path = '/apis/networking.k8s.io/v1/namespaces/default/ingresses'
  const made = await ask(server.socketPath, `POST ${path}`, {
    ...ingress,
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  })
  assert.equal(made.body.spec.ingressClassName, 'fairlead')
})

test('what is left out is filled in, in all versions alike', async () => {
  const object = {
    apiVersion: `${GROUP}/v1`,
    kind: 'HTTPRoute',
    metadata: { name: 'plain' },
    spec: { parentRefs, rules: [{ backendRefs: [backend] }] },
  }
  await ask(server.socketPath, `POST ${pathOf('HTTPRoute', 'v1')}`, object)
  const { body } = await ask(server.socketPath, `GET ${pathOf('HTTPRoute', 'v1beta1')}/plain`)
  assert.deepEqual(body.spec, {
    parentRefs: [{ group: GROUP, kind: 'Gateway', name: 'edge' }],
    rules: [
      {
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
        backendRefs: [{ group: '', kind: 'Service', name: 'web', port: 80, weight: 1 }],
      },
    ],
  })
})
