import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { ingress, route, services, to, told } from '../testing/ingresses.ts'

const leading = (backend: object, known = services('web'), annotations = {}) => {
  const paths = [{ path: '/', pathType: 'Prefix', backend }]
  return route({ ingresses: [ingress('i', { rules: [{ http: { paths } }] }, annotations)], services: known })
}
const at = 'spec.rules[0].http.paths[0].backend'

test('a backend is a port of a Service, by its number or its name', () => {
  for (const port of [{ number: 80 }, { name: 'http' }]) {
    const routing = leading(to('web', port))
    assert.deepEqual(told(routing), [])
    assert.deepEqual(
      [...routing.backends.values()],
      [
        {
          key: 'shop/web:80 HTTP least',
          service: { namespace: 'shop', name: 'web', port: 80 },
          portName: 'http',
          protocol: 'http',
          balance: 'least',
        },
      ],
    )
  }
})

test('a Service that is not there, or has no such port, is 503, and told with the ports that it has', () => {
  const cases: readonly (readonly [object, string])[] = [
    [to('gone'), 'BackendNotFound: there is no Service shop/gone'],
    [to('web', { number: 81 }), 'BackendNotFound: Service shop/web has no TCP port 81; it has 80 (http)'],
    [to('web', { name: 'admin' }), 'BackendNotFound: Service shop/web has no TCP port admin; it has 80 (http)'],
    [
      { resource: { kind: 'Bucket', name: 'b' } },
      'UnsupportedBackend: Bucket b is no Service, and nothing else can be a backend here',
    ],
  ]
  for (const [backend, message] of cases) {
    const routing = leading(backend)
    assert.equal(ask(routing, 'http://x/'), '503')
    const [reason, why] = message.split(': ')
    assert.deepEqual(told(routing), [`shop/i ${reason}: ${at}: ${why}; requests get 503`])
    assert.equal(routing.backends.size, 0)
  }
})

test('a Service of another namespace is not meant', () => {
  const [web] = services('web')
  assert.equal(ask(leading(to('web'), [{ ...web, metadata: { namespace: 'team', name: 'web' } }]), 'http://x/'), '503')
})

test('a port of UDP is none, and neither is an ExternalName a place to send to', () => {
  const metadata = { namespace: 'shop', name: 'web' }
  const udp = leading(to('web'), [{ metadata, spec: { ports: [{ port: 80, protocol: 'UDP' }] } }])
  assert.match(told(udp)[0] ?? '', /Service shop\/web has no TCP port 80; it has none/)
  const ports = [{ port: 80 }]
  const external = leading(to('web'), [{ metadata, spec: { type: 'ExternalName', externalName: 'x.example', ports } }])
  assert.match(told(external)[0] ?? '', /UnsupportedBackend: .* is of type ExternalName/)
})

const protocols = (annotations: object, appProtocol?: string) => {
  const [web] = services('web')
  const known = [{ ...web, spec: { ports: [{ port: 80, appProtocol }] } }]
  const [backend] = [...leading(to('web'), known, annotations).backends.values()]
  return [backend?.protocol, backend?.tls !== undefined, backend?.portName]
}

test('a backend is spoken to as backend-protocol says, or the appProtocol of its port', () => {
  assert.deepEqual(protocols({}), ['http', false, ''])
  assert.deepEqual(protocols({ 'backend-protocol': 'https' }), ['http', true, ''])
  assert.deepEqual(protocols({ 'backend-protocol': 'GRPC' }), ['h2c', false, ''])
  assert.deepEqual(protocols({ 'backend-protocol': 'GRPCS' }), ['h2c', true, ''])
  assert.deepEqual(protocols({}, 'kubernetes.io/h2c'), ['h2c', false, ''])
  assert.deepEqual(protocols({}, 'constructor'), ['http', false, ''])
  assert.deepEqual(protocols({}, 'HTTPS'), ['http', true, ''])
  assert.deepEqual(protocols({ 'backend-protocol': 'HTTP' }, 'https'), ['http', false, ''])
})

test('clients stay with an endpoint by their addresses where the Service or the annotation says so', () => {
  const balance = (annotations: object, sessionAffinity: string) => {
    const [web] = services('web')
    const known = [{ ...web, spec: { ...web.spec, sessionAffinity } }]
    return [...leading(to('web'), known, annotations).backends.values()][0]?.balance
  }
  assert.equal(balance({}, 'None'), 'least')
  assert.equal(balance({}, 'ClientIP'), 'source')
  assert.equal(balance({ 'upstream-hash-by': '$binary_remote_addr' }, 'None'), 'source')
})
