import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackendObjectReference } from '#api/gatewayapi/shared/references.ts'
import { type Cluster, objectsOf, options } from '../testing/cluster.ts'
import { configMap, grant, policy, service } from '../testing/make.ts'
import { backendPolicies } from './backend-policies.ts'
import { type BackendReferences, type FoundBackend, findBackend, type Speech } from './backends.ts'
import { permitsOf } from './grants.ts'

const references = (cluster: Cluster): BackendReferences => {
  const objects = objectsOf(cluster)
  return {
    objects,
    options: options(),
    permits: permitsOf(objects.referenceGrants),
    policies: backendPolicies(objects, options()),
  }
}

const HTTP: Speech = { route: 'HTTP', tls: true }
const from = { kind: 'HTTPRoute', namespace: 'shop' }

const find = (ref: BackendObjectReference, cluster: Cluster, speech = HTTP) =>
  findBackend(ref, from, speech, undefined, references(cluster))

const backend = (...asked: Parameters<typeof find>): FoundBackend => {
  const found = find(...asked)
  assert.ok('backend' in found, JSON.stringify(found))
  return found
}

const fault = (...asked: Parameters<typeof find>): string => {
  const found = find(...asked)
  assert.ok('reason' in found, JSON.stringify(found))
  return `${found.reason}: ${found.message}`
}

const web = { name: 'web', port: 80 }

test('a reference leads to a port of a Service of its own namespace, or of another one by a grant', () => {
  assert.deepEqual(backend(web, { services: [service('web')] }), {
    backend: {
      key: 'shop/web:80 http',
      service: { namespace: 'shop', name: 'web', port: 80 },
      portName: 'main',
      protocol: 'http',
      balance: 'least',
    },
    authorities: [],
  })
  const elsewhere = { ...web, namespace: 'stock', group: '', kind: 'Service' }
  const services = [service('stock/web')]
  assert.equal(
    fault(elsewhere, { services }),
    'RefNotPermitted: no ReferenceGrant lets a HTTPRoute of namespace shop refer to Service stock/web',
  )
  const referenceGrants = [grant('stock', 'HTTPRoute', 'shop', { kind: 'Service' })]
  assert.equal(backend(elsewhere, { services, referenceGrants }).backend.key, 'stock/web:80 http')
})

test('that a Service is not there is not told to those who may not refer to it', () => {
  assert.match(fault({ ...web, namespace: 'stock' }, {}), /^RefNotPermitted/)
})

test('what leads nowhere has its reason', () => {
  const cluster = { services: [service('web'), service('out', [], { type: 'ExternalName', externalName: 'a.test' })] }
  assert.equal(fault({ ...web, kind: 'Pod' }, cluster), 'InvalidKind: Pod web is no Service')
  assert.equal(fault({ ...web, group: 'x.test' }, cluster), 'InvalidKind: Service.x.test web is no Service')
  assert.equal(fault({ ...web, name: 'no' }, cluster), 'BackendNotFound: Service shop/no is not there')
  assert.equal(
    fault({ ...web, port: 81 }, cluster),
    'BackendNotFound: Service shop/web has no TCP port 81; it has 80 (main)',
  )
  assert.equal(
    fault({ name: 'web' }, cluster),
    'BackendNotFound: which port of Service shop/web is meant is not said; it has 80 (main)',
  )
  const many = {
    services: [
      service(
        'web',
        [...Array(10).keys()].map((n) => ({ name: `p${n}`, port: n + 1 })),
      ),
    ],
  }
  assert.match(fault({ ...web, port: 81 }, many), /it has 1 \(p0\), .*8 \(p7\), 2 more$/)
  assert.match(fault({ ...web, name: 'out' }, cluster), /^InvalidKind: Service shop\/out is an ExternalName/)
})

test('of two ports of one number that of the right transport is meant', () => {
  const ports = [
    { name: 'udp', port: 53, protocol: 'UDP' as const },
    { name: 'tcp', port: 53, protocol: 'TCP' as const },
  ]
  const dns = { name: 'dns', port: 53 }
  const both = { services: [service('dns', ports)] }
  assert.equal(backend(dns, both).backend.portName, 'tcp')
  assert.equal(backend(dns, both, { route: 'UDP', tls: false }).backend.portName, 'udp')
  const one = { services: [service('dns', [ports[0]!])] }
  assert.equal(fault(dns, one), 'UnsupportedProtocol: port 53 of Service shop/dns is one of UDP, not of TCP')
  const unnamed = { services: [service('dns', [{ port: 53 }])] }
  assert.equal(backend(dns, unnamed).backend.portName, '')
})

test('a Service that keeps its clients keeps them here as well', () => {
  const services = [service('web', undefined, { sessionAffinity: 'ClientIP' })]
  assert.equal(backend(web, { services }).backend.balance, 'source')
  assert.equal(
    backend(web, { services: [service('web', undefined, { sessionAffinity: 'None' })] }).backend.balance,
    'least',
  )
})

const spoken = (route: Speech['route'], appProtocol: string): string => {
  const services = [service('web', [{ port: 80, appProtocol }])]
  const found = find(web, { services }, { route, tls: false })
  return 'reason' in found ? found.reason : found.backend.protocol
}

const PROTOCOLS: readonly (readonly [string, string, string])[] = [
  ['', 'http', 'h2c'],
  ['http', 'http', 'UnsupportedProtocol'],
  ['HTTP', 'http', 'UnsupportedProtocol'],
  ['kubernetes.io/ws', 'http', 'UnsupportedProtocol'],
  ['kubernetes.io/h2c', 'h2c', 'h2c'],
  ['h2c', 'h2c', 'h2c'],
  ['http2', 'h2c', 'h2c'],
  ['grpc', 'h2c', 'h2c'],
  ['https', 'UnsupportedProtocol', 'UnsupportedProtocol'],
  ['kubernetes.io/wss', 'UnsupportedProtocol', 'UnsupportedProtocol'],
  ['mysql', 'UnsupportedProtocol', 'UnsupportedProtocol'],
  ['constructor', 'UnsupportedProtocol', 'UnsupportedProtocol'],
]
for (const [appProtocol, byHttp, byGrpc] of PROTOCOLS)
  test(`the appProtocol ${JSON.stringify(appProtocol)} is spoken by the routes that can`, () => {
    assert.deepEqual([spoken('HTTP', appProtocol), spoken('GRPC', appProtocol)], [byHttp, byGrpc])
    assert.deepEqual([spoken('TCP', appProtocol)], ['tcp'])
  })

test('why a port is not spoken to is told', () => {
  const at = (appProtocol: string) => ({ services: [service('web', [{ port: 80, appProtocol }])] })
  assert.equal(
    fault(web, at('mysql')),
    'UnsupportedProtocol: port 80 of Service shop/web has the appProtocol mysql, which a HTTPRoute does not speak',
  )
  assert.match(fault(web, at('HTTPS')), /and no BackendTLSPolicy says how its certificate is checked$/)
})

const configMaps = [configMap('authorities')]

test('a BackendTLSPolicy makes a way to a Service one by TLS', () => {
  const cluster = {
    services: [service('web', [{ name: 'a', port: 80, appProtocol: 'https' }])],
    configMaps,
    backendTLSPolicies: [policy('p', 'web', { subjectAltNames: [{ type: 'Hostname', hostname: 'web.test' }] })],
  }
  const found = backend(web, cluster)
  assert.deepEqual(found.backend, {
    key: 'shop/web:80 http by shop/p for web.test of ConfigMap shop/authorities',
    service: { namespace: 'shop', name: 'web', port: 80 },
    portName: 'a',
    protocol: 'http',
    tls: {
      hostname: 'web.test',
      authorities: ['ConfigMap shop/authorities'],
    },
    balance: 'least',
  })
  assert.deepEqual(found.authorities, [{ key: 'ConfigMap shop/authorities', bundle: 'CA' }])
  assert.equal(found.clientCertificate, undefined)
  assert.equal(backend(web, cluster, { route: 'GRPC', tls: true }).backend.protocol, 'h2c')
  assert.equal(backend(web, cluster, { route: 'TCP', tls: false }).backend.tls, undefined)
})

test('what a Gateway shows to backends it shows where it speaks TLS', () => {
  const clientCertificate = {
    key: 'Secret shop/own',
    certificate: { origin: { kind: 'Secret', name: 'own' }, names: [], chain: 'CERT', key: 'KEY' },
  }
  const speech = { ...HTTP, clientCertificate }
  const services = [service('web')]
  const plain = backend(web, { services }, speech)
  assert.deepEqual([plain.backend.key, plain.clientCertificate], ['shop/web:80 http', undefined])
  const secure = backend(web, { services, configMaps, backendTLSPolicies: [policy('p', 'web')] }, speech)
  assert.equal(
    secure.backend.key,
    'shop/web:80 http by shop/p for web.test of ConfigMap shop/authorities as Secret shop/own',
  )
  assert.equal(secure.backend.tls?.clientCertificate, 'Secret shop/own')
  assert.equal(secure.clientCertificate, clientCertificate)
})

test('one reference by which two Gateways send shows the certificate of each', () => {
  const services = [service('web')]
  const cluster = { services, configMaps, backendTLSPolicies: [policy('p', 'web')] }
  const asked = references(cluster)
  const shown = (name: string) => {
    const certificate = { origin: { kind: 'Secret', name }, names: [], chain: 'CERT', key: 'KEY' }
    const speech = { ...HTTP, clientCertificate: { key: `Secret shop/${name}`, certificate } }
    const found = findBackend(web, from, speech, undefined, asked)
    return 'backend' in found && found.backend.tls?.clientCertificate
  }
  assert.deepEqual([shown('a'), shown('b'), shown('b')], ['Secret shop/a', 'Secret shop/b', 'Secret shop/b'])
})

test('a policy of one port makes the way to that port one by TLS, also for what is spoken by TLS alone', () => {
  const ports = ['a', 'b'].map((name, at) => ({ name, port: 80 + at, appProtocol: 'kubernetes.io/wss' }))
  const cluster = { services: [service('web', ports)], configMaps, backendTLSPolicies: [policy('p', 'web:a')] }
  const { tls, protocol } = backend(web, cluster).backend
  assert.deepEqual([tls?.hostname, protocol], ['web.test', 'http'])
  assert.match(fault({ ...web, port: 81 }, cluster), /wss, and no BackendTLSPolicy says how/)
})

test('nothing is sent where a policy cannot be met', () => {
  const cluster = { services: [service('web')], backendTLSPolicies: [policy('p', 'web')] }
  assert.equal(
    fault(web, cluster),
    'InvalidBackendTLSPolicy: BackendTLSPolicy shop/p: no caCertificateRef leads to a certificate: ConfigMap shop/authorities is not there',
  )
})

test('retries are part of the way', () => {
  const services = [service('web')]
  const retry = { codes: [500, 503], attempts: 2 }
  const found = findBackend({ ...web }, from, HTTP, retry, references({ services }))
  assert.ok('backend' in found)
  assert.deepEqual([found.backend.key, found.backend.retry], ['shop/web:80 http retry 2*500,503', retry])
  const other = findBackend({ ...web }, from, HTTP, { codes: [], attempts: 1 }, references({ services }))
  assert.ok('backend' in other)
  assert.equal(other.backend.key, 'shop/web:80 http retry 1*')
})

test('one and the same way is found again, until something that it is made of is another', () => {
  const one = service('web')
  const first = backend(web, { services: [one] })
  assert.equal(backend(web, { services: [one] }), first)
  assert.equal(backend({ ...web }, { services: [one] }), first)
  assert.notEqual(backend(web, { services: [service('web')] }), first)
  const byGrpc = backend(web, { services: [one] }, { route: 'GRPC', tls: true })
  assert.equal(byGrpc.backend.protocol, 'h2c')
  assert.equal(backend(web, { services: [one] }), first)
  const map = configMap('authorities')
  const p = policy('p', 'web')
  const secure = (cluster: Cluster) => backend(web, { services: [one], ...cluster })
  const before = secure({ backendTLSPolicies: [p], configMaps: [map] })
  assert.equal(secure({ backendTLSPolicies: [p], configMaps: [map] }), before)
  const changed = secure({ backendTLSPolicies: [p], configMaps: [configMap('authorities', 'CA 2')] })
  assert.equal(changed.authorities[0]?.bundle, 'CA 2')
  assert.equal(changed.backend.key, before.backend.key, 'a proxy takes others while it runs')
  // Servers that hold connections cannot be given another name.
  const renamed = secure({ backendTLSPolicies: [policy('p', 'web', { hostname: 'x' })], configMaps }).backend
  assert.equal(renamed.tls?.hostname, 'x')
  assert.notEqual(renamed.key, before.backend.key)
  assert.equal(backend(web, { services: [one] }).backend.tls, undefined)
})

test('of ways to a Service that are asked for one after another no more than so many are kept', () => {
  const services = [service('web')]
  const asked = references({ services })
  const tried = (attempts: number) => findBackend({ ...web }, from, HTTP, { codes: [500], attempts }, asked)
  const first = tried(0)
  for (let attempts = 1; attempts < 1000; attempts++) tried(attempts)
  assert.equal(tried(0), first)
  tried(1000)
  assert.notEqual(tried(0), first)
  assert.deepEqual(tried(0), first)
})
