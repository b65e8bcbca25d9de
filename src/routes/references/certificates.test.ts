import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cluster, data, objectsOf, options } from '../testing/cluster.ts'
import { grant, secret } from '../testing/make.ts'
import { findCertificate } from './certificates.ts'
import { permitsOf } from './grants.ts'
import { pemText } from './pem.ts'

const find = (ref: Parameters<typeof findCertificate>[0], cluster: Cluster) => {
  const objects = objectsOf(cluster)
  return findCertificate(ref, { kind: 'Gateway', namespace: 'shop' }, 'Wrong', {
    objects,
    options: options(),
    permits: permitsOf(objects.referenceGrants),
  })
}

test('a certificate is that of a Secret, with its key', () => {
  assert.deepEqual(find({ name: 'a' }, { secrets: [secret('a', 'CERT a', 'KEY a')] }), {
    key: 'Secret shop/a',
    certificate: {
      origin: { kind: 'Secret', namespace: 'shop', name: 'a' },
      names: ['a'],
      chain: 'CERT a',
      key: 'KEY a',
    },
  })
})

test('a certificate of another namespace needs a grant, whether it is there or not', () => {
  const ref = { name: 'a', namespace: 'stock' }
  assert.deepEqual(find(ref, {}), {
    reason: 'RefNotPermitted',
    message: 'no ReferenceGrant lets a Gateway of namespace shop refer to Secret stock/a',
  })
  const referenceGrants = [grant('stock', 'Gateway', 'shop', { kind: 'Secret', name: 'a' })]
  const found = find(ref, { secrets: [secret('stock/a')], referenceGrants })
  assert.equal('key' in found && found.key, 'Secret stock/a')
  assert.deepEqual(find(ref, { referenceGrants }), { reason: 'Wrong', message: 'Secret stock/a is not there' })
})

test('what is no certificate has the reason of who asks', () => {
  const message = (ref: Parameters<typeof find>[0], cluster: Cluster): string => {
    const found = find(ref, cluster)
    assert.ok('reason' in found)
    assert.equal(found.reason, 'Wrong')
    return found.message
  }
  assert.equal(message({ name: 'a' }, {}), 'Secret shop/a is not there')
  assert.equal(message({ name: 'a', kind: 'ConfigMap' }, {}), 'ConfigMap a is no Secret')
  assert.equal(message({ name: 'a', group: 'x.test' }, {}), 'Secret.x.test a is no Secret')
  assert.equal(message({ name: 'a' }, { secrets: [secret('a', 'x')] }), 'Secret shop/a: tls.crt is no certificate')
  const one = secret('a')
  const without = (name: string) => ({ secrets: [{ ...one, data: { ...one.data, [name]: '' } }] })
  assert.equal(message({ name: 'a' }, without('tls.crt')), 'Secret shop/a has no tls.crt')
  assert.equal(message({ name: 'a' }, without('tls.key')), 'Secret shop/a has no tls.key')
})

test('the text of a Secret is read whatever its length; what is no base64 is none', () => {
  const long = 'x'.repeat(10_000)
  assert.equal(pemText(data(long)), long)
  assert.equal(pemText(data('a')), 'a')
  assert.deepEqual([pemText(undefined), pemText(''), pemText('!!!!')], [undefined, undefined, undefined])
})
