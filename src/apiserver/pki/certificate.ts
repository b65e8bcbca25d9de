// The library wants this one before it.
import 'reflect-metadata'

import { KeyObject, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import type { KeyPair } from './pki.ts'

interface CertificateRequest {
  readonly commonName: string
  readonly organizations?: readonly string[]
  readonly usage: 'ca' | 'server' | 'client'
  /** DNS names and IP addresses. */
  readonly subjectAltNames?: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
}

/** A certificate with the key that signs others in its name. */
interface Issuer extends KeyPair {
  readonly subject: string
  readonly keys: webcrypto.CryptoKeyPair
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** PEM, PKCS #8, of a fresh P-256 key. */
export const generateKey = async (): Promise<string> => keyToPem((await generateKeys()).privateKey)

const generateKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])

const keyToPem = (key: webcrypto.CryptoKey): string =>
  KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }) as string

/** An X.509 v3 certificate (RFC 5280) over a fresh P-256 key; self-signed where no issuer is given. */
export const issueCertificate = async (request: CertificateRequest, issuer?: Issuer): Promise<Issuer> => {
  const keys = await generateKeys()
  const name = new x509.Name([
    ...(request.organizations ?? []).map((organization) => ({ O: [organization] })),
    { CN: [request.commonName] },
  ])
  const ca = request.usage === 'ca'
  const purpose = request.usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth
  const usages = ca
    ? x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment | x509.KeyUsageFlags.keyCertSign
    : x509.KeyUsageFlags.digitalSignature
  const signer = issuer?.keys ?? keys
  const names = (request.subjectAltNames ?? []).map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }) as const)
  const certificate = await x509.X509CertificateGenerator.create({
    subject: name.toString(),
    issuer: issuer?.subject ?? name.toString(),
    notBefore: request.notBefore,
    notAfter: request.notAfter,
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      new x509.KeyUsagesExtension(usages, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.publicKey),
      ...(ca ? [] : [new x509.ExtendedKeyUsageExtension([purpose])]),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  })
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: keyToPem(keys.privateKey),
    subject: name.toString(),
    keys,
  }
}
