import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { before, test } from 'node:test'
import { makeSigningRequest } from '../../testing/signing-request.ts'
import { createPki } from '../create-pki.ts'
import type { Pki } from '../pki.ts'
import { issueFor } from './issue.ts'
import { certificateFault } from './pem.ts'
import { readSigningRequest } from './signing-request.ts'

let pki: Pki
const NOW = Date.parse('2026-11-27T09:00:00Z')
const CLIENT = 'kubernetes.io/kube-apiserver-client'
before(async () => {
  pki = await createPki({ clusterDomain: 'cluster.local', subjectAltNames: [], now: new Date(NOW) })
})

const faultOf = (pem: string): string => {
  try {
    return readSigningRequest(pem).signatureFault ?? ''
  } catch (error) {
    return (error as Error).message
  }
}

test('a request says whose it is and for which names, whatever key signed it', async () => {
  const names = [
    { type: 'dns', value: 'a.example' },
    { type: 'dns', value: 'b.example' },
    { type: 'ip', value: '10.0.0.7' },
    { type: 'email', value: 'r@example.org' },
    { type: 'url', value: 'https://c.example/' },
  ] as const
  for (const kind of ['ecdsa', 'rsa', 'ed25519'] as const) {
    const { request } = await makeSigningRequest('O=dev, O=ops, CN=rita', names, kind)
    assert.deepEqual(readSigningRequest(request), {
      commonName: 'rita',
      organizations: ['dev', 'ops'],
      dnsNames: ['a.example', 'b.example'],
      emailAddresses: ['r@example.org'],
      addresses: [Buffer.from([10, 0, 0, 7])],
      uris: ['https://c.example/'],
      signatureFault: undefined,
    })
  }
  const { request } = await makeSigningRequest('')
  const { commonName, organizations, dnsNames } = readSigningRequest(request)
  assert.deepEqual([commonName, organizations, dnsNames], ['', [], []])
})

test('what is no request, or was signed by another key, is told in Kubernetes’ words', async () => {
  const type = 'PEM block type must be CERTIFICATE REQUEST'
  assert.equal(faultOf('junk'), type)
  assert.equal(faultOf(pki.ca.certificate), type)
  const block = (bytes: Buffer): string =>
    `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`
  assert.equal(faultOf(block(Buffer.from([0x30]))), 'asn1: syntax error: data truncated')
  assert.equal(faultOf(block(Buffer.from([0x30, 0x82, 1]))), 'asn1: syntax error: data truncated')
  assert.equal(faultOf(block(Buffer.from([0x30, 0x80]))), 'asn1: structure error: length too large')
  assert.equal(faultOf(block(Buffer.from([0x04, 0]))), "asn1: structure error: tags don't match")
  assert.equal(faultOf(block(Buffer.from([0x30, 0, 0]))), 'asn1: syntax error: trailing data')
  const faults = [
    ['ecdsa', 'x509: ECDSA verification failure'],
    ['rsa', 'crypto/rsa: verification error'],
    ['ed25519', 'x509: Ed25519 verification failure'],
  ] as const
  for (const [kind, fault] of faults) {
    const { request } = await makeSigningRequest('CN=rita', [], kind)
    const bytes = Buffer.from(request.replace(/-----.*-----|\s/g, ''), 'base64')
    const at = bytes.indexOf('rita')
    bytes.write('eve!', at)
    assert.equal(faultOf(block(bytes)), fault)
  }
})

test('a certificate is for who asks, what it asks for, and not longer', async () => {
  const { request } = await makeSigningRequest('O=dev, CN=rita', [{ type: 'dns', value: 'a.example' }])
  const usages = ['client auth', 'digital signature', 'key encipherment']
  const issue = async (seconds?: number) => {
    const asked = { request, signerName: CLIENT, usages, ...(seconds ? { expirationSeconds: seconds } : {}) }
    const issued = await issueFor(asked, pki.ca, NOW)
    assert.ok('certificate' in issued)
    assert.equal(certificateFault(issued.certificate), undefined)
    return new X509Certificate(issued.certificate)
  }
  const certificate = await issue(3600)
  assert.equal(certificate.subject, 'O=dev\nCN=rita')
  assert.equal(certificate.subjectAltName, 'DNS:a.example')
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2'])
  assert.equal(certificate.ca, false)
  const ca = new X509Certificate(pki.ca.certificate)
  assert.ok(certificate.checkIssued(ca) && certificate.verify(ca.publicKey))
  const minutes = ({ validFromDate, validToDate }: X509Certificate) => [
    (validFromDate.getTime() - NOW) / 60_000,
    (validToDate.getTime() - NOW) / 60_000,
  ]
  assert.deepEqual(minutes(certificate), [-5, 60])
  assert.deepEqual(minutes(await issue(60)), [-5, 10], 'ten minutes at least')
  assert.deepEqual(minutes(await issue(86_400)), [-5, 24 * 60 - 5])
  assert.deepEqual(minutes(await issue()), [-5, 365 * 24 * 60 - 5], 'a year at most')
  assert.deepEqual(minutes(await issue(10 * 365 * 86_400)), [-5, 365 * 24 * 60 - 5])
  assert.notEqual((await issue()).serialNumber, certificate.serialNumber)
})

test('each signer signs what it is for, and says why it signs nothing else', async () => {
  const names = {
    none: [],
    dns: [{ type: 'dns', value: 'n1' }],
    ip: [{ type: 'ip', value: '10.0.0.7' }],
    email: [
      { type: 'dns', value: 'n1' },
      { type: 'email', value: 'a@b.example' },
    ],
    uri: [
      { type: 'dns', value: 'n1' },
      { type: 'url', value: 'https://n1/' },
    ],
    onlyEmail: [{ type: 'email', value: 'a@b.example' }],
    onlyUri: [{ type: 'url', value: 'https://n1/' }],
  } as const
  const NODE = 'O=system:nodes, CN=system:node:n1'
  const made = async (signer: string, usages: string, subject: string, of: keyof typeof names = 'none') => {
    const { request } = await makeSigningRequest(subject, names[of])
    const asked = { request, signerName: `kubernetes.io/${signer}`, usages: usages.split(', ') }
    const issued = await issueFor(asked, pki.ca, NOW)
    return 'refusal' in issued ? issued.refusal : 'signed'
  }
  const client = (usages: string) => made('kube-apiserver-client', usages, 'CN=rita')
  assert.equal(await client('client auth'), 'signed')
  assert.equal(await client('server auth, client auth'), 'invalid usage for client certificate: server auth')
  assert.equal(await client('digital signature'), 'missing required usage for client certificate: client auth')
  const kubelet = (subject: string, of: keyof typeof names = 'none', usages = 'digital signature, client auth') =>
    made('kube-apiserver-client-kubelet', usages, subject, of)
  assert.equal(await kubelet(NODE), 'signed')
  assert.equal(await kubelet(NODE, 'none', 'client auth, digital signature, key encipherment'), 'signed')
  const mismatch = 'usages did not match [client auth digital signature key encipherment]'
  assert.equal(await kubelet(NODE, 'none', 'client auth'), mismatch)
  assert.equal(await kubelet('O=dev, CN=system:node:n1'), 'subject organization is not system:nodes')
  assert.equal(await kubelet('O=system:nodes, CN=n1'), 'subject common name does not begin with system:node:')
  assert.equal(await kubelet(NODE, 'dns'), 'DNS subjectAltNames are not allowed')
  assert.equal(await kubelet(NODE, 'onlyEmail'), 'Email subjectAltNames are not allowed')
  assert.equal(await kubelet(NODE, 'ip'), 'IP subjectAltNames are not allowed')
  assert.equal(await kubelet(NODE, 'onlyUri'), 'URI subjectAltNames are not allowed')
  const serving = (subject: string, of: keyof typeof names = 'dns', usages = 'digital signature, server auth') =>
    made('kubelet-serving', usages, subject, of)
  assert.equal(await serving(NODE), 'signed')
  assert.equal(await serving(NODE, 'ip'), 'signed')
  assert.equal(await serving(NODE, 'none'), 'DNS or IP subjectAltName is required')
  assert.equal(await serving(NODE, 'email'), 'Email subjectAltNames are not allowed')
  assert.equal(await serving(NODE, 'uri'), 'URI subjectAltNames are not allowed')
  assert.equal(
    await serving(NODE, 'dns', 'client auth'),
    'usages did not match [digital signature key encipherment server auth]',
  )
  assert.equal(await serving('O=dev, CN=system:node:n1'), 'subject organization is not system:nodes')
  assert.equal(await serving('O=system:nodes, CN=n1'), 'subject common name does not begin with system:node:')
  assert.equal(await made('other', 'client auth', NODE), 'kubernetes.io/other is not a signer of this cluster')
})

test('a chain of certificates in PEM is told from what is none', () => {
  const { certificate, key } = pki.ca
  assert.equal(certificateFault(certificate + pki.server.certificate), undefined)
  assert.equal(certificateFault('junk'), 'must contain at least one CERTIFICATE PEM block')
  assert.equal(certificateFault(certificate + key), 'only CERTIFICATE PEM blocks are allowed, found "PRIVATE KEY"')
  const headed = certificate.replace('-----\n', '-----\nA: b\n\n')
  assert.equal(certificateFault(headed), 'no PEM block headers are permitted')
  const broken = `-----BEGIN CERTIFICATE-----\n${btoa('junk')}\n-----END CERTIFICATE-----\n`
  assert.equal(certificateFault(broken), 'x509: malformed certificate')
})
