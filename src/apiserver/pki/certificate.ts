import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import { isIP } from 'node:net'
import {
  bitString,
  boolean,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts'

// Written here, in two files, since loading @peculiar/x509 costs 77 to 107 ms and 20 MB of a boot that has one second (docs/adr/0010-certificates.md).

export interface KeyPair {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly key: string
}

export interface CertificateRequest {
  readonly commonName: string
  readonly organizations?: readonly string[]
  readonly usage: 'ca' | 'server' | 'client'
  /** DNS names and IP addresses. */
  readonly subjectAltNames?: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
}

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17',
  subjectKeyIdentifier: '2.5.29.14',
  authorityKeyIdentifier: '2.5.29.35',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

export const generateKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

export const keyToPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string

/** An X.509 v3 certificate (RFC 5280) over a fresh P-256 key; self-signed where no issuer is given. */
export const issueCertificate = (
  request: CertificateRequest,
  issuer?: KeyPair & { readonly commonName: string },
): KeyPair => {
  const key = generateKey()
  const publicKey = publicKeyOf(key)
  const issuerKey = issuer ? createPrivateKey(issuer.key) : key
  const algorithm = sequence(objectIdentifier(OID.ecdsaWithSha256))
  // 127 bits, never zero: unique without a ledger, and short enough for every parser.
  const serial = randomBytes(16)
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const body = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    issuer
      ? distinguishedName(issuer.commonName, [])
      : distinguishedName(request.commonName, request.organizations ?? []),
    sequence(time(request.notBefore), time(request.notAfter)),
    distinguishedName(request.commonName, request.organizations ?? []),
    publicKey,
    tagged(3, true, sequence(...extensions(request, publicKey, publicKeyOf(issuerKey)))),
  )
  const signature = sign('sha256', body, issuerKey)
  return { certificate: toPem(sequence(body, algorithm, bitString(signature))), key: keyToPem(key) }
}

/** SubjectPublicKeyInfo, DER. */
const publicKeyOf = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' }) as Buffer

const distinguishedName = (commonName: string, organizations: readonly string[]): Buffer =>
  sequence(
    ...organizations.map((name) => set(sequence(objectIdentifier(OID.organization), utf8String(name)))),
    set(sequence(objectIdentifier(OID.commonName), utf8String(commonName))),
  )

const extensions = (request: CertificateRequest, subjectKey: Buffer, issuerKey: Buffer): Buffer[] => {
  const all = [
    extension(OID.basicConstraints, request.usage === 'ca' ? sequence(boolean(true)) : sequence(), true),
    // Bit 0 digitalSignature, bit 2 keyEncipherment, bit 5 keyCertSign, counted from the left.
    extension(
      OID.keyUsage,
      request.usage === 'ca' ? bitString(Buffer.from([0xa4]), 2) : bitString(Buffer.from([0x80]), 7),
      true,
    ),
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(subjectKey))),
    extension(OID.authorityKeyIdentifier, sequence(tagged(0, false, keyIdentifier(issuerKey)))),
  ]
  if (request.usage !== 'ca') {
    const purpose = request.usage === 'server' ? OID.serverAuth : OID.clientAuth
    all.push(extension(OID.extendedKeyUsage, sequence(objectIdentifier(purpose))))
  }
  if (request.subjectAltNames?.length) {
    all.push(extension(OID.subjectAltName, sequence(...request.subjectAltNames.map(generalName))))
  }
  return all
}

const extension = (id: string, value: Uint8Array, critical = false): Buffer =>
  sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value))

const generalName = (name: string): Buffer => {
  const family = isIP(name)
  if (family === 0) return tagged(2, false, Buffer.from(name))
  return tagged(7, false, family === 4 ? Buffer.from(name.split('.').map(Number)) : ipv6Bytes(name))
}

/** The 16 bytes of a valid IPv6 address. */
const ipv6Bytes = (address: string): Buffer => {
  const [head = '', tail] = address.split('::')
  const groups = (text: string): number[] =>
    text
      .split(':')
      .filter(Boolean)
      .flatMap((group) => {
        if (!group.includes('.')) return [Number.parseInt(group, 16)]
        const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
        return [(a << 8) | b, (c << 8) | d]
      })
  const before = groups(head)
  const after = groups(tail ?? '')
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

/** RFC 7093 method 1: the first 160 bits of the key's SHA-256. */
const keyIdentifier = (spki: Buffer): Buffer => createHash('sha256').update(spki).digest().subarray(0, 20)

const toPem = (der: Buffer): string => {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
