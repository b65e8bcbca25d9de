import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { certificateChecks } from './certificate-check.ts'

// Both are signed by the key itself and hold for a hundred years; nothing but these tests knows it.
const KEY = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEINbn/MgQb3Cr8+jK4gxEAZ7OTcvwztSj39wx0z1qvM4AoAoGCCqGSM49
AwEHoUQDQgAEAs+nZxtm510f2v5bC1/4x6fHe/PE2XcmrT+qtq83p6Z69QJwjw92
AljAi65DwUXYl0jPHAF9qp55ACY7bNF4Mw==
-----END EC PRIVATE KEY-----
`
const NAMED = `-----BEGIN CERTIFICATE-----
MIIBqTCCAVCgAwIBAgIUE/gx2dOGXOG1ZBXmxby36wkK58AwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKY24uZXhhbXBsZTAgFw0yNjExMzAwMjQyMzRaGA8yMTI2MTEw
NjAyNDIzNFowFTETMBEGA1UEAwwKY24uZXhhbXBsZTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABALPp2cbZuddH9r+Wwtf+Menx3vzxNl3Jq0/qravN6emevUCcI8P
dgJYwIuuQ8FF2JdIzxwBfaqeeQAmO2zReDOjfDB6MB0GA1UdDgQWBBQmeelwGR2W
8dmnBYRXL+Iy2f5mUzAfBgNVHSMEGDAWgBQmeelwGR2W8dmnBYRXL+Iy2f5mUzAP
BgNVHRMBAf8EBTADAQH/MCcGA1UdEQQgMB6CCWEuZXhhbXBsZYILKi5iLmV4YW1w
bGWHBMAAAgEwCgYIKoZIzj0EAwIDRwAwRAIgJe9LbhBf319rytjpc+Lp/pYAWtcy
+Ks3rHU+K6RZ3lcCIGIx34RBDtDeTrFAJi0p6oBdSn9q1RM9Z1lufMHhziaN
-----END CERTIFICATE-----
`
const SUBJECT_ALONE = `-----BEGIN CERTIFICATE-----
MIIBnjCCAUOgAwIBAgIULdnOIWcJRmttFCN07/VG0li+XH4wCgYIKoZIzj0EAwIw
IzEMMAoGA1UECgwDbGFiMRMwEQYDVQQDDApjbi5leGFtcGxlMCAXDTI2MTEzMDAy
NDIzNFoYDzIxMjYxMTA2MDI0MjM0WjAjMQwwCgYDVQQKDANsYWIxEzARBgNVBAMM
CmNuLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQCz6dnG2bnXR/a
/lsLX/jHp8d788TZdyatP6q2rzenpnr1AnCPD3YCWMCLrkPBRdiXSM8cAX2qnnkA
Jjts0Xgzo1MwUTAdBgNVHQ4EFgQUJnnpcBkdlvHZpwWEVy/iMtn+ZlMwHwYDVR0j
BBgwFoAUJnnpcBkdlvHZpwWEVy/iMtn+ZlMwDwYDVR0TAQH/BAUwAwEB/zAKBggq
hkjOPQQDAgNJADBGAiEAjlxnv9u0tkbgJPvc2rN+epWkt1jdUynfwTGprOuAYQEC
IQDAhJGJ0oQ0hTe/kJy/zVhLro5bGWU/U8u2ZQ9XzZoHqA==
-----END CERTIFICATE-----
`

const { checkCertificate, checkAuthorities, certificateNames } = certificateChecks()

test('the hosts of a certificate are its alternative names, and only without any its subject', () => {
  assert.deepEqual(certificateNames(NAMED), ['a.example', '*.b.example'])
  assert.deepEqual(
    certificateNames(`${NAMED}${SUBJECT_ALONE}`),
    ['a.example', '*.b.example'],
    'those above it do not count',
  )
  assert.deepEqual(certificateNames(SUBJECT_ALONE), ['cn.example'])
  assert.deepEqual([...certificateNames('none'), ...certificateNames(NAMED.replace('MII', 'AAA'))], [])
})

test('a certificate is right with the key that it was made for', () => {
  assert.equal(checkCertificate(NAMED, KEY), undefined)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const other = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  assert.equal(checkCertificate(NAMED, other), 'the key is not the one of the certificate')
  assert.match(checkCertificate(NAMED, 'none') ?? '', /^the key cannot be read: /)
  assert.equal(checkCertificate(NAMED.repeat(40), KEY), undefined)
  assert.equal(checkCertificate(`${'Subject: CN = a\n'.repeat(5000)}${NAMED}`, KEY), undefined, 'text is none of it')
  assert.match(
    checkCertificate(NAMED.repeat(50), KEY) ?? '',
    /^the certificate, .* are of \d+ octets, and may be of 29000/,
  )
  // Each ends nowhere, and costs no more than its length.
  assert.match(checkAuthorities(`${NAMED}${'-----BEGIN A-----'.repeat(60_000)}`) ?? '', /a block of PEM has no end/)
  assert.equal(checkCertificate('none', KEY), 'there is no certificate in PEM')
  assert.match(checkCertificate(NAMED.replace('MII', 'AAA'), KEY) ?? '', /^the certificate cannot be read: /)
})

test('a bundle of authorities has at least one certificate, and all of them can be read', () => {
  assert.equal(checkAuthorities(`${NAMED}${SUBJECT_ALONE}`), undefined)
  assert.equal(checkAuthorities(''), 'there is no certificate in PEM')
  assert.match(checkAuthorities(`${NAMED}${NAMED.replace('MII', 'AAA')}`) ?? '', /^a certificate cannot be read: /)
})

/** As another authority may have made it: some octets of it are others. */
const altered = (pem: string, from: string, to: string): string => {
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
    .toString('latin1')
    .replaceAll(from, to)
  return `-----BEGIN CERTIFICATE-----\n${Buffer.from(der, 'latin1').toString('base64')}\n-----END CERTIFICATE-----\n`
}

test('names that would be lines of their own where they are shown, or too many for it, are refused', () => {
  assert.equal(checkCertificate(altered(NAMED, 'nothing', 'else'), KEY), undefined)
  const control = 'a name in the certificate has a control character, as the end of a line'
  for (const [from, to] of [
    ['cn.example', 'c\n> ample!'],
    ['cn.example', 'cn\0example'],
    ['a.example', 'a\n> ample'],
    ['b.example', 'b\x7fexample'],
  ] as const) {
    assert.equal(checkCertificate(altered(NAMED, from, to), KEY), control, JSON.stringify(to))
    assert.equal(checkCertificate(`${NAMED}${altered(NAMED, from, to)}`, KEY), control, 'one above it')
    assert.equal(checkAuthorities(`${NAMED}${altered(NAMED, from, to)}`), control)
  }
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  try {
    const withNames = (count: number): readonly [string, string] => {
      const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=many.test -keyout ${folder}/key -out ${folder}/chain -addext subjectAltName=${'DNS:a,'.repeat(count)}DNS:b`
      execFileSync('openssl', words.split(' '), { stdio: 'ignore' })
      return ['chain', 'key'].map((name) => readFileSync(join(folder, name), 'utf8')) as [string, string]
    }
    assert.equal(checkCertificate(...withNames(2200)), undefined)
    assert.match(
      checkCertificate(...withNames(2300)) ?? '',
      /^the names in the certificate are of 161\d\d characters, and may be of 16000: /,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a key that no library of TLS takes is told before anybody is asked, and so is a block without its end', () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  try {
    const words = `req -x509 -newkey rsa:1024 -nodes -days 2 -subj /CN=weak.test -keyout ${folder}/key -out ${folder}/chain`
    execFileSync('openssl', words.split(' '), { stdio: 'ignore' })
    const [chain, key] = ['chain', 'key'].map((name) => readFileSync(join(folder, name), 'utf8')) as [string, string]
    assert.match(checkCertificate(chain, key) ?? '', /^the key has 1024 bits, and needs 2048 at least: openssl /)
  } finally {
    rmSync(folder, { recursive: true })
  }
  const half = NAMED.slice(0, NAMED.length / 2)
  assert.equal(checkCertificate(`${NAMED}${half}`, KEY), 'the certificate cannot be read: a block of PEM has no end')
})
