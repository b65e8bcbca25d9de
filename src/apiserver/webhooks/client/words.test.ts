import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Registry } from '../../registry/registry.ts'
import { refusalWords } from './answer-words.ts'
import { connectionWords } from './connection-words.ts'
import { serviceResolver } from './service-address.ts'
import { locationOf } from './webhook-config.ts'

test('an answer that is no success is told by its code, or in its own words where those count', () => {
  const words: Readonly<Record<number, string>> = {
    302: 'the server responded with the status code 302 but did not return more information',
    400: 'the server rejected our request for an unknown reason',
    401: 'the server has asked for the client to provide credentials',
    403: 'unknown',
    404: 'the server could not find the requested resource',
    405: 'the server does not allow this method on the requested resource',
    406: 'the server was unable to respond with a content type that the client supports',
    409: 'the server reported a conflict',
    410: 'the server has asked for a resource that is gone',
    415: 'the body of the request was in an unknown format',
    418: 'the server responded with the status code 418 but did not return more information',
    422: 'the server rejected our request due to an error in our request',
    429: 'the server has received too many requests and has asked us to try again later',
    500: 'an error on the server ("unknown") has prevented the request from succeeding',
    503: 'the server is currently unable to handle the request',
    504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
  }
  for (const [code, text] of Object.entries(words)) assert.equal(refusalWords(Number(code), 'text/plain', ''), text)
  for (const code of [403, 406, 415]) {
    assert.equal(refusalWords(code, 'text/html', ' my words\n'), 'my words')
    assert.equal(refusalWords(code, 'application/text/x', 'my words'), words[code])
  }
  assert.equal(refusalWords(404, 'text/plain', 'my words'), words[404])
  assert.match(refusalWords(500, 'text/plain', 'x'.repeat(3000)), /^an error on the server \("x{2048}"\) has/)
})

test('a Status that a webhook answers with says why, and what is none does not', () => {
  const said = (body: unknown) =>
    refusalWords(500, 'application/json', typeof body === 'string' ? body : JSON.stringify(body))
  assert.equal(said({ kind: 'Status', message: 'my own' }), 'my own')
  const unknown = 'an error on the server ("unknown") has prevented the request from succeeding'
  for (const body of [
    { kind: 'Other', message: 'x' },
    { kind: 'Status', message: '' },
    { kind: 'Status', message: 1 },
    { kind: 'Status' },
    '{"kind":"Status"',
    '[{"kind":"Status","message":"x"}]',
    'null',
  ])
    assert.equal(said(body), unknown)
})

test('why nobody could be reached is told in the words of Go', () => {
  const words = (more: object, message = 'as it is') => connectionWords(Object.assign(new Error(message), more))
  const at = { address: '10.0.0.1', port: 443 }
  assert.equal(words({ code: 'ECONNREFUSED', ...at }), 'dial tcp 10.0.0.1:443: connect: connection refused')
  assert.equal(
    words({ code: 'ECONNREFUSED', address: '::1', port: 1 }),
    'dial tcp [::1]:1: connect: connection refused',
  )
  assert.equal(words({ code: 'ECONNREFUSED', address: '10.0.0.1' }), 'dial tcp 10.0.0.1:0: connect: connection refused')
  assert.equal(words({ code: 'EHOSTUNREACH', ...at }), 'dial tcp 10.0.0.1:443: connect: no route to host')
  assert.equal(words({ code: 'ENETUNREACH' }), 'dial tcp connect: network is unreachable')
  assert.equal(words({ code: 'ETIMEDOUT', ...at }), 'dial tcp 10.0.0.1:443: connect: connection timed out')
  assert.equal(words({ code: 'EACCES', ...at }), 'dial tcp 10.0.0.1:443: connect: permission denied')
  for (const code of ['ENOTFOUND', 'EAI_AGAIN'])
    assert.equal(words({ code, hostname: 'a.b' }), 'dial tcp: lookup a.b: no such host')
  const x509 = 'tls: failed to verify certificate: x509:'
  for (const code of ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])
    assert.equal(words({ code }), `${x509} certificate has expired or is not yet valid`)
  for (const code of [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'CERT_SIGNATURE_FAILURE',
    'INVALID_CA',
  ])
    assert.equal(words({ code }), `${x509} certificate signed by unknown authority`)
  assert.equal(words({ code: 'INVALID_PURPOSE' }), `${x509} certificate specifies an incompatible key usage`)
  const http = 'http: server gave HTTP response to HTTPS client'
  for (const message of ['ssl: wrong version number', 'packet length too long'])
    assert.equal(words({ code: 'EPROTO' }, message), http)
  assert.equal(words({ code: 'EPROTO' }), 'as it is')
  assert.equal(words({}, 'wrong version number'), 'wrong version number')
  for (const code of ['ECONNRESET', 'EPIPE']) assert.equal(words({ code }), 'EOF')
  assert.equal(words({ code: 'EODD' }), 'as it is')
})

test('a certificate of other names says which those are', () => {
  const words = (host: string, subjectaltname?: string) => {
    const cert = subjectaltname === undefined ? undefined : { subjectaltname }
    const error = Object.assign(new Error(''), { code: 'ERR_TLS_CERT_ALTNAME_INVALID', host, cert })
    return connectionWords(error as never).replace('tls: failed to verify certificate: x509: ', '')
  }
  const legacy = 'certificate relies on legacy Common Name field, use SANs instead'
  assert.deepEqual([words('a.b'), words('a.b', '')], [legacy, legacy])
  assert.equal(words('a.b', 'DNS:x.y, DNS:z, IP Address:1.2.3.4'), 'certificate is valid for x.y, z, not a.b')
  assert.equal(words('a.b', 'IP Address:1.2.3.4'), 'certificate is not valid for any names, but wanted to match a.b')
  assert.equal(words('1.2.3.5', 'DNS:x, IP Address:1.2.3.4'), 'certificate is valid for 1.2.3.4, not 1.2.3.5')
  assert.equal(words('::2', 'IP Address:0:0:0:0:0:0:0:1'), 'certificate is valid for 0:0:0:0:0:0:0:1, not ::2')
  const none = "cannot validate certificate for 1.2.3.5 because it doesn't contain any IP SANs"
  assert.equal(words('1.2.3.5', 'DNS:x'), none)
})

test('a webhook is where its configuration says, a Service by the name in its certificate', () => {
  const service = { namespace: 'n', name: 's' }
  const at = { host: 's.n.svc', port: 443, path: '/', service }
  assert.deepEqual(locationOf({ service }), { ...at, url: 'https://s.n.svc:443/' })
  assert.deepEqual(locationOf({ service: { ...service, path: 'x/y', port: 8443 } }), {
    ...{ ...at, port: 8443, path: '/x/y' },
    url: 'https://s.n.svc:8443/x/y',
  })
  assert.equal(locationOf({ service: { ...service, path: '/x' } })?.path, '/x')
  assert.deepEqual(locationOf({ url: 'https://a.b' }), { host: 'a.b', port: 443, path: '/', url: 'https://a.b/' })
  assert.deepEqual(locationOf({ url: 'https://[::1]:8443/x' }), {
    ...{ host: '::1', port: 8443, path: '/x' },
    url: 'https://[::1]:8443/x',
  })
  for (const config of [{}, { url: '' }, { url: 'nowhere' }]) assert.equal(locationOf(config), undefined)
})

test('a Service leads to a ready endpoint of its port, or to the name that it stands for', () => {
  const slice = (more: object = {}, labels: object = { 'kubernetes.io/service-name': 's' }) => ({
    metadata: { labels },
    addressType: 'IPv4',
    ports: [{ name: '', port: 9443 }],
    endpoints: [{ addresses: ['10.0.0.1', '10.0.0.2'] }],
    ...more,
  })
  const asked: number[] = []
  const resolve = (spec: object | undefined, slices: readonly object[], port = 443) => {
    const registry = { find: () => (spec ? { spec } : undefined), list: () => ({ items: slices }) }
    const resolver = serviceResolver(registry as unknown as Registry, (below) => {
      asked.push(below)
      return below - 1
    })
    try {
      return resolver('n', 's', port)
    } catch (error) {
      return (error as Error).message
    }
  }
  const plain = { ports: [{ port: 443 }] }
  const found = { address: '10.0.0.1', port: 9443 }
  assert.deepEqual(resolve(plain, [slice()]), found)
  assert.deepEqual(resolve({ type: 'ExternalName', externalName: 'x.y' }, [], 8443), { address: 'x.y', port: 8443 })
  assert.equal(resolve(undefined, []), 'services "s" not found')
  for (const spec of [{}, { ports: [{ port: 444 }] }, { ports: [{ port: 443, protocol: 'UDP' }] }])
    assert.equal(resolve(spec, [slice()]), 'no service port 443 found for service "s"')
  const nobody = 'no endpoints available for service "s"'
  for (const one of [
    slice({}, {}),
    slice({ addressType: 'FQDN' }),
    slice({ ports: undefined }),
    slice({ ports: [{ name: 'other', port: 1 }] }),
    slice({ endpoints: undefined }),
    slice({ endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }, {}] }),
  ])
    assert.equal(resolve(plain, [one]), nobody)
  const named = { ports: [{ name: 'tls', port: 443, protocol: 'TCP' }] }
  assert.deepEqual(
    resolve(named, [
      slice({
        ports: [
          { name: 'a', port: 1 },
          { name: 'tls', port: 2 },
        ],
      }),
    ]),
    { ...found, port: 2 },
  )
  asked.length = 0
  const ready = { conditions: { ready: true } }
  const several = slice({
    endpoints: [
      { addresses: ['10.0.0.1'], ...ready },
      { addresses: ['10.0.0.3'], ...ready },
    ],
  })
  assert.deepEqual(resolve(plain, [several, slice({ addressType: 'IPv6' })]), found)
  assert.deepEqual(asked, [3])
})
