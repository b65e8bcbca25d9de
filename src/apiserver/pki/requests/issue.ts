// The library wants this one before it.
import 'reflect-metadata'

import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { Usage } from '#api/certificates/certificatesigningrequest/usages.ts'
import type { KeyPair } from '../pki.ts'
import { signerFault } from './signers.ts'
import { readSigningRequest } from './signing-request.ts'

/** What is asked for. */
export interface Asked {
  /** PEM of a PKCS #10 request. */
  readonly request: string
  readonly signerName: string
  readonly usages: readonly string[]
  readonly expirationSeconds?: number
}

/** PEM of a certificate, or why there is none. */
export type Issued = { readonly certificate: string } | { readonly refusal: string }

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const LONGEST = 365 * 24 * HOUR
const SHORTEST = 10 * MINUTE
/** A certificate counts from a little earlier on, for clocks that are behind; one that is short loses nothing by it. */
const BACKDATED = 5 * MINUTE
const SHORT = 8 * HOUR

const FLAGS: { readonly [usage in Usage]?: x509.KeyUsageFlags } = {
  signing: x509.KeyUsageFlags.digitalSignature,
  'digital signature': x509.KeyUsageFlags.digitalSignature,
  'content commitment': x509.KeyUsageFlags.nonRepudiation,
  'key encipherment': x509.KeyUsageFlags.keyEncipherment,
  'key agreement': x509.KeyUsageFlags.keyAgreement,
  'data encipherment': x509.KeyUsageFlags.dataEncipherment,
  'cert sign': x509.KeyUsageFlags.keyCertSign,
  'crl sign': x509.KeyUsageFlags.cRLSign,
  'encipher only': x509.KeyUsageFlags.encipherOnly,
  'decipher only': x509.KeyUsageFlags.decipherOnly,
}

const PURPOSE = '1.3.6.1.5.5.7.3'
const PURPOSES: { readonly [usage in Usage]?: string } = {
  any: '2.5.29.37.0',
  'server auth': `${PURPOSE}.1`,
  'client auth': `${PURPOSE}.2`,
  'code signing': `${PURPOSE}.3`,
  'email protection': `${PURPOSE}.4`,
  's/mime': `${PURPOSE}.4`,
  'ipsec end system': `${PURPOSE}.5`,
  'ipsec tunnel': `${PURPOSE}.6`,
  'ipsec user': `${PURPOSE}.7`,
  timestamping: `${PURPOSE}.8`,
  'ocsp signing': `${PURPOSE}.9`,
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
}

const ALTERNATIVE_NAMES = '2.5.29.17'

/** From when to when a certificate counts. */
const validity = (now: number, seconds: number | undefined, caEnds: number) => {
  const wanted = seconds === undefined ? LONGEST : seconds * 1000
  const length = Math.min(Math.max(wanted, SHORTEST), LONGEST)
  const notBefore = now - BACKDATED
  const notAfter = Math.min((length < SHORT ? now : notBefore) + length, caEnds)
  return { notBefore: new Date(notBefore), notAfter: new Date(notAfter) }
}

/** What the cluster's CA signs of what is asked for. Rejects where the request cannot be read. */
export const issueFor = async (asked: Asked, ca: KeyPair, now: number): Promise<Issued> => {
  const refusal = signerFault(asked.signerName, readSigningRequest(asked.request), asked.usages)
  return refusal === undefined ? { certificate: await sign(asked, ca, now) } : { refusal }
}

const sign = async ({ request, usages, expirationSeconds }: Asked, ca: KeyPair, now: number): Promise<string> => {
  const wanted = new x509.Pkcs10CertificateRequest(request)
  const issuer = new x509.X509Certificate(ca.certificate)
  const { namedCurve, hash } = { namedCurve: 'P-256', hash: 'SHA-256' }
  const signingKey = createPrivateKey(ca.key).toCryptoKey({ name: 'ECDSA', namedCurve }, false, ['sign'])
  const flags = usages.reduce((all, usage) => all | (FLAGS[usage as Usage] ?? 0), 0)
  const purposes = [...new Set(usages.flatMap((usage) => PURPOSES[usage as Usage] ?? []))]
  const names = wanted.extensions.find(({ type }) => type === ALTERNATIVE_NAMES)
  const isNamed = wanted.subject !== ''
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: wanted.subjectName,
    issuer: issuer.subjectName,
    ...validity(now, expirationSeconds, Date.parse(new X509Certificate(ca.certificate).validTo)),
    publicKey: wanted.publicKey,
    signingKey,
    signingAlgorithm: { name: 'ECDSA', namedCurve, hash },
    extensions: [
      ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []),
      ...(purposes.length > 0 ? [new x509.ExtendedKeyUsageExtension(purposes)] : []),
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(names ? [new x509.Extension(ALTERNATIVE_NAMES, !isNamed, names.value)] : []),
    ],
  })
  return `${certificate.toString('pem')}\n`
}

/** Positive, and of 128 bits at most. */
const serialNumber = (): string => {
  const bytes = randomBytes(16)
  bytes[0]! &= 0x7f
  bytes[0]! |= 0x40
  return bytes.toString('hex')
}
