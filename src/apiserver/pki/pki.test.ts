import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createPki } from './create-pki.ts'
import { missingOfPki, readPki, writePki } from './pki.ts'

const request = {
  clusterDomain: 'cluster.local',
  subjectAltNames: ['10.96.0.1', '172.30.0.1', 'fd00:172:30::1'],
  now: new Date('2026-11-21T00:00:00Z'),
}

test('createPki() issues a server certificate that its CA signed and that names every way to the server', async () => {
  const pki = await createPki(request)
  const ca = new X509Certificate(pki.ca.certificate)
  const server = new X509Certificate(pki.server.certificate)
  assert.ok(ca.ca)
  assert.ok(!server.ca)
  assert.ok(server.checkIssued(ca))
  assert.ok(server.verify(ca.publicKey))
  for (const host of ['kubernetes', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost']) {
    assert.equal(server.checkHost(host), host)
  }
  for (const address of ['127.0.0.1', '::1', '10.96.0.1', 'fd00:172:30::1']) {
    assert.equal(server.checkIP(address), address)
  }
  assert.equal(server.checkHost('example.org'), undefined)
})

test('createPki() issues an admin certificate of group system:masters', async () => {
  const admin = new X509Certificate((await createPki(request)).admin.certificate)
  assert.match(admin.subject, /O=system:masters/)
  assert.match(admin.subject, /CN=kubernetes-admin/)
  assert.deepEqual(admin.keyUsage, ['1.3.6.1.5.5.7.3.2'])
})

test('createPki() writes dates from 2050 on as GeneralizedTime', async () => {
  const ca = new X509Certificate(
    (await createPki({ ...request, now: new Date('2045-01-01T00:00:00Z') })).ca.certificate,
  )
  assert.equal(ca.validToDate.getUTCFullYear(), 2054)
})

test('writePki() keeps private keys to their owner, and readPki() gives back what was written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-pki-'))
  try {
    const pki = await createPki(request)
    assert.equal(readPki(join(folder, 'pki')), undefined)
    writePki(join(folder, 'pki'), pki)
    assert.deepEqual(readPki(join(folder, 'pki')), pki)
    assert.equal(missingOfPki(join(folder, 'pki')), undefined)
    assert.equal(missingOfPki(folder), join(folder, 'ca.crt'))
    for (const name of ['ca.key', 'apiserver.key', 'admin.key', 'sa.key']) {
      assert.equal(statSync(join(folder, 'pki', name)).mode & 0o777, 0o600, name)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
