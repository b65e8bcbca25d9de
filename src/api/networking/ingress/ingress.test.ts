import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedStatus, rowOf } from '#api/testing/refusals.ts'
import { ingressWarnings } from './warnings.ts'

const backend = { service: { name: 'web', port: { number: 80 } } }
const ingress = (spec: object, annotations?: object): any => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'i', creationTimestamp: '2026-11-21T03:25:08Z', annotations },
  spec,
})
const path = (one: object): any => ingress({ rules: [{ http: { paths: [{ pathType: 'Prefix', backend, ...one }] } }] })
const host = (name: string): any => ingress({ rules: [{ host: name }] })
const at = 'spec.rules[0].http.paths[0]'

test('an Ingress leads somewhere', () => {
  assert.deepEqual(refusals(ingress({})), [
    'spec: Invalid value: null: either `defaultBackend` or `rules` must be specified',
  ])
  assert.deepEqual(refusals(ingress({ defaultBackend: backend })), [])
  assert.deepEqual(refusals(ingress({ rules: [{ http: { paths: [] } }] })), [
    'spec.rules[0].http.paths: Required value',
  ])
  assert.deepEqual(refusals(ingress({ defaultBackend: {} })), [
    'spec.defaultBackend: Invalid value: "": resource or service backend is required',
  ])
})

test('a path is absolute, and means the same to every proxy', () => {
  assert.deepEqual(refusals(path({ path: '/a/b' })), [])
  assert.deepEqual(refusals(path({ path: '/a', pathType: undefined })), [
    `${at}.pathType: Required value: pathType must be specified`,
  ])
  assert.deepEqual(refusals(path({ path: '/a', pathType: 'Odd' })), [
    `${at}.pathType: Unsupported value: "Odd": supported values: "Exact", "ImplementationSpecific", "Prefix"`,
  ])
  for (const [text, why] of [
    ['x', 'must be an absolute path'],
    ['', 'must be an absolute path'],
    ['/a//b', "must not contain '//'"],
    ['/a/./b', "must not contain '/./'"],
    ['/a/../b', "must not contain '/../'"],
    ['/%2fa', "must not contain '%2f'"],
    ['/%2Fa', "must not contain '%2F'"],
    ['/a/..', "cannot end with '/..'"],
    ['/a/.', "cannot end with '/.'"],
  ])
    for (const pathType of ['Exact', 'Prefix'])
      assert.deepEqual(refusals(path({ path: text, pathType })), [
        `${at}.path: Invalid value: ${JSON.stringify(text)}: ${why}`,
      ])
  const specific = (text: string) => refusals(path({ path: text, pathType: 'ImplementationSpecific' }))
  assert.deepEqual([...specific(''), ...specific('/a//.*')], [])
  assert.deepEqual(specific('a'), [`${at}.path: Invalid value: "a": must be an absolute path`])
})

test('a backend is a Service and one of its ports, or a resource', () => {
  const of = (one: object): readonly string[] => refusals(path({ path: '/', backend: one }))
  const service = (name: string, port: object) => of({ service: { name, port } })
  const where = `${at}.backend`
  assert.deepEqual(service('web', { name: 'http' }), [])
  assert.deepEqual(of({ resource: { apiGroup: 'lab.example', kind: 'Bucket', name: 'b' } }), [])
  assert.deepEqual(service('', { number: 80 }), [`${where}.service.name: Required value`])
  assert.deepEqual(service('web', {}), [`${where}: Required value: port name or number is required`])
  assert.deepEqual(service('web', { name: 'http', number: 80 }), [
    `${where}: Invalid value: "": cannot set both port name & port number`,
  ])
  assert.deepEqual(service('web', { number: 70_000 }), [
    `${where}.service.port.number: Invalid value: 70000: must be between 1 and 65535, inclusive`,
  ])
  assert.equal(service('web', { name: 'h_p' }).length, 1)
  assert.equal(service('We_b', { number: 80 }).length, 1)
  assert.deepEqual(of({ service: { name: 'web' }, resource: { kind: 'k', name: 'n' } }), [
    `${where}: Invalid value: "": cannot set both resource and service backends`,
  ])
  assert.deepEqual(of({ resource: { apiGroup: 'A B', kind: '', name: 'a/b' } }).slice(1), [
    `${where}.resource.kind: Required value: kind is required`,
    `${where}.resource.name: Invalid value: "a/b": may not contain '/'`,
  ])
})

test('a host is a name, and a wildcard stands for its first label alone', () => {
  assert.deepEqual([...refusals(host('a.example')), ...refusals(host('*.example'))], [])
  assert.deepEqual(refusals(host('10.0.0.1')), [
    'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
  ])
  for (const odd of ['*', 'a.*.b', '*.*.b', '*a.b', `*.${'a'.repeat(260)}`])
    assert.match(refusals(host(odd))[0]!, /^spec\.rules\[0\]\.host: Invalid value: .*(wildcard|no more than 253)/)
})

test('hosts and Secrets of TLS have names that there can be, and the class too', () => {
  const tls = (one: object) => refusals(ingress({ defaultBackend: backend, tls: [one] }))
  assert.deepEqual(tls({ hosts: ['a.example', '*.b.example'], secretName: 'cert' }), [])
  assert.deepEqual(tls({}), [])
  assert.match(tls({ hosts: ['a', 'B'] })[0]!, /^spec\.tls\[0\]\.hosts\[1\]: Invalid value: "B"/)
  assert.match(tls({ hosts: ['*b'] })[0]!, /^spec\.tls\[0\]\.hosts\[0\]: Invalid value: "\*b": a wildcard/)
  assert.match(tls({ secretName: 'A' })[0]!, /^spec\.tls\[0\]\.secretName: Invalid value: "A"/)
  assert.match(
    refusals(ingress({ defaultBackend: backend, ingressClassName: 'A' }))[0]!,
    /^spec\.ingressClassName: Invalid value: "A"/,
  )
})

test('an annotation and the field do not name two classes; the annotation alone is warned of', () => {
  const key = 'kubernetes.io/ingress.class'
  const named = (className: string | undefined): any =>
    ingress({ defaultBackend: backend, ingressClassName: className }, { [key]: 'edge' })
  assert.deepEqual(refusals(named('edge')), [])
  assert.deepEqual(refusals(named('other')), [
    `annotations.${key}: Invalid value: "edge": must match \`ingressClassName\` when both are specified`,
  ])
  assert.deepEqual(ingressWarnings(named('edge')), [])
  assert.deepEqual(ingressWarnings(named(undefined)), [
    `annotation "${key}" is deprecated, please use 'spec.ingressClassName' instead`,
  ])
})

test('where an Ingress is reached is an address or a name', () => {
  const status = (entry: object) =>
    refusedStatus(ingress({ defaultBackend: backend }), { loadBalancer: { ingress: [entry] } })
  const where = 'status.loadBalancer.ingress[0]'
  assert.deepEqual([...status({ ip: '192.0.2.1' }), ...status({ hostname: 'a.example' })], [])
  assert.match(status({ ip: 'x' })[0]!, /^status\.loadBalancer\.ingress\[0\]\.ip: Invalid value: "x"/)
  assert.deepEqual(status({ hostname: '192.0.2.1' }), [
    `${where}.hostname: Invalid value: "192.0.2.1": must be a DNS name, not an IP address`,
  ])
})

test('an Ingress is listed with its class, its hosts, its addresses and its ports', () => {
  const rules = ['a', 'b', 'c', 'd'].map((name) => ({ host: `${name}.example` }))
  const addresses = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example' }] } }
  assert.deepEqual(rowOf(ingress({ rules: [{}] })), ['i', '<none>', '*', '', '80', '30s'])
  assert.deepEqual(rowOf({ ...ingress({ rules, tls: [{}], ingressClassName: 'edge' }), status: addresses }), [
    'i',
    'edge',
    'a.example,b.example,c.example + 1 more...',
    '192.0.2.1,lb.example',
    '80, 443',
    '30s',
  ])
})
