import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, objectsOf, options } from '../testing/cluster.ts'
import { configMap, policy } from '../testing/make.ts'
import { backendPolicies } from './backend-policies.ts'

const policies = (cluster: Cluster) => backendPolicies(objectsOf(cluster), options())
const configMaps = [configMap('authorities')]

test('the policy of a port goes before that of the whole Service, and the older before the younger', () => {
  const all = policies({
    configMaps,
    backendTLSPolicies: [
      policy('young', 'web', {}, 2),
      policy('b', 'web', {}, 1),
      policy('a', 'web', {}, 1),
      policy('port-young', 'web:main', {}, 2),
      policy('port', 'web:main', {}, 1),
      policy('other/foreign', 'web', {}, 0),
    ],
  })
  assert.equal(all.policyOf('shop/web', 'main')?.key, 'shop/port')
  assert.equal(all.policyOf('shop/web', 'other')?.key, 'shop/a')
  assert.equal(all.policyOf('shop/web', '')?.key, 'shop/a')
  assert.equal(all.policyOf('other/web', '')?.key, 'other/foreign')
  assert.equal(all.policyOf('shop/other', ''), undefined)
  assert.deepEqual(
    all.targeting('shop/web').map(({ read, section, loses }) => [read.key, section, loses?.key]),
    [
      ['shop/a', undefined, undefined],
      ['shop/b', undefined, 'shop/a'],
      ['shop/port', 'main', undefined],
      ['shop/port-young', 'main', 'shop/port'],
      ['shop/young', undefined, 'shop/a'],
    ],
  )
  assert.deepEqual(all.targeting('shop/other'), [])
})

test('what is no Service has no policy', () => {
  const one = policy('p', 'web')
  for (const wrong of [{ kind: 'Pod' }, { group: 'x.test' }]) {
    const other = { ...one, spec: { ...one.spec, targetRefs: [{ ...one.spec.targetRefs![0]!, ...wrong }] } }
    assert.deepEqual(policies({ configMaps, backendTLSPolicies: [other] }).targeting('shop/web'), [])
  }
})

const read = (one: ReturnType<typeof policy>, maps = configMaps) =>
  policies({ configMaps: maps, backendTLSPolicies: [one] }).targeting('shop/web')[0]!.read

test('a policy is asked for a hostname and authorities; the hostname once more as a name says nothing else', () => {
  const one = policy('p', 'web', { subjectAltNames: [{ type: 'Hostname', hostname: 'web.test', uri: 'x' }] })
  assert.deepEqual(read(one).tls, {
    hostname: 'web.test',
    authorities: ['ConfigMap shop/authorities'],
  })
  const system = read(policy('p', 'web', { caCertificateRefs: [], wellKnownCACertificates: 'System' }))
  assert.deepEqual([system.tls?.authorities, system.authorities], [['system'], []])
})

test('names that the proxy cannot hold a certificate against are refused, and nothing is sent', () => {
  const host = { type: 'Hostname' as const, hostname: 'b.test' }
  for (const [subjectAltNames, message] of [
    [[{ type: 'URI' as const, uri: 'spiffe://c' }], 'subjectAltNames of the type URI are not supported'],
    [[host, { type: 'URI' as const, uri: 'spiffe://c' }], 'subjectAltNames of the type URI are not supported'],
    [[host, { ...host, hostname: 'c.test' }], 'several subjectAltNames are not supported, only one'],
    [[host], 'a subjectAltName other than the hostname is not supported'],
    [[{ ...host, hostname: '*.test' }], 'subjectAltNames with a star are not supported'],
  ] as const) {
    const { tls, fault } = read(policy('p', 'web', { subjectAltNames }))
    assert.deepEqual([tls, fault], [undefined, { reason: 'Invalid', message }])
  }
})

const ref = { group: '', kind: 'ConfigMap', name: 'authorities' }

test('a policy whose authorities are not there is not accepted', () => {
  const reasons = (validation: Parameters<typeof policy>[2], maps = configMaps) => {
    const { tls, fault, unresolved } = read(policy('p', 'web', validation), maps)
    assert.equal(tls, undefined)
    return [fault?.reason, unresolved?.reason, unresolved?.message ?? fault?.message]
  }
  const invalid = 'InvalidCACertificateRef'
  assert.deepEqual(reasons({}, []), ['NoValidCACertificate', invalid, 'ConfigMap shop/authorities is not there'])
  assert.deepEqual(
    reasons(
      {},
      [configMap('authorities', undefined)].map((map) => ({ ...map, data: {} })),
    ),
    ['NoValidCACertificate', invalid, 'ConfigMap shop/authorities has no ca.crt'],
  )
  assert.deepEqual(reasons({}, [configMap('authorities', '')]), [
    'NoValidCACertificate',
    invalid,
    'ConfigMap shop/authorities has no ca.crt',
  ])
  assert.deepEqual(reasons({}, [configMap('authorities', 'x')]), [
    'NoValidCACertificate',
    invalid,
    'ConfigMap shop/authorities: ca.crt is no certificate',
  ])
  assert.deepEqual(reasons({ caCertificateRefs: [{ ...ref, kind: 'Secret' }] }), [
    'NoValidCACertificate',
    'InvalidKind',
    'Secret authorities is no ConfigMap',
  ])
  assert.deepEqual(reasons({ caCertificateRefs: [{ ...ref, group: 'x.test' }] }), [
    'NoValidCACertificate',
    'InvalidKind',
    'ConfigMap.x.test authorities is no ConfigMap',
  ])
  const none = { caCertificateRefs: [] }
  assert.deepEqual(reasons(none), ['Invalid', undefined, 'wellKnownCACertificates "" is not "System"'])
  assert.deepEqual(reasons({ ...none, wellKnownCACertificates: 'x' }), [
    'Invalid',
    undefined,
    'wellKnownCACertificates "x" is not "System"',
  ])
})

test('of several authorities those that are there count, and the others are told', () => {
  const { tls, fault, unresolved } = read(
    policy('p', 'web', { caCertificateRefs: [{ ...ref, name: 'gone' }, ref, { ...ref, kind: 'Secret' }] }),
  )
  assert.deepEqual(tls?.authorities, ['ConfigMap shop/authorities'])
  assert.equal(fault, undefined)
  assert.deepEqual(unresolved, { reason: 'InvalidCACertificateRef', message: 'ConfigMap shop/gone is not there' })
})

test('options that are not there are refused', () => {
  const one = policy('p', 'web')
  const { tls, fault } = read({ ...one, spec: { ...one.spec, options: { 'a.test/b': 'c' } } })
  assert.deepEqual([tls, fault], [undefined, { reason: 'Invalid', message: 'options are not supported: a.test/b' }])
  assert.notEqual(read({ ...one, spec: { ...one.spec, options: {} } }).tls, undefined)
})
