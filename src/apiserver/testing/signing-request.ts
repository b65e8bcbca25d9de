import 'reflect-metadata'

import { KeyObject, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

interface Made {
  /** PEM. */
  readonly request: string
  /** PEM, PKCS #8. */
  readonly key: string
}

const KINDS = {
  ecdsa: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  rsa: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 },
  ed25519: { name: 'Ed25519' },
} as const

/** A request for a certificate, as `openssl req` makes it. */
export const makeSigningRequest = async (
  subject: string,
  names: readonly x509.JsonGeneralName[] = [],
  kind: keyof typeof KINDS = 'ecdsa',
): Promise<Made> => {
  const algorithm = KINDS[kind]
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const extensions = names.length > 0 ? [new x509.SubjectAlternativeNameExtension([...names])] : []
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm: algorithm,
    extensions,
  })
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }) as string
  return { request: request.toString('pem'), key }
}
