// The library wants this one before it.
import 'reflect-metadata'

import { KeyObject, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { ApiObject } from '#api/resource.ts'
import { INFRA, object } from './objects.ts'

/** RSA of 2048 bits, the key as PKCS #1: what the suite makes, and what most tools of their time did. */
const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
} as const

export interface Issued {
  readonly certificate: string
  readonly key: string
}
interface Authority extends Issued {
  readonly subject: string
  readonly keys: webcrypto.CryptoKeyPair
}

const issue = async (
  subject: string,
  usage: 'ca' | 'server' | 'client',
  names: readonly string[],
  by?: Authority,
): Promise<Authority> => {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const purposes = { ca: ['serverAuth', 'clientAuth'], server: ['serverAuth'], client: ['clientAuth'] } as const
  const sans = names.map((value) => ({ type: value.includes('://') ? 'url' : 'dns', value }) as const)
  const { digitalSignature, keyCertSign, keyEncipherment } = x509.KeyUsageFlags
  const made = await x509.X509CertificateGenerator.create({
    subject,
    issuer: by?.subject ?? subject,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    publicKey: keys.publicKey,
    signingKey: (by?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(usage === 'ca', undefined, true),
      new x509.KeyUsagesExtension(digitalSignature | (usage === 'ca' ? keyCertSign : keyEncipherment), true),
      new x509.ExtendedKeyUsageExtension(purposes[usage].map((one) => x509.ExtendedKeyUsage[one])),
      ...(sans.length > 0 ? [new x509.SubjectAlternativeNameExtension(sans)] : []),
    ],
  })
  return {
    certificate: `${made.toString('pem')}\n`,
    key: KeyObject.from(keys.privateKey).export({ type: 'pkcs1', format: 'pem' }) as string,
    subject,
    keys,
  }
}

/** All authorities have one name, as those of the suite. */
export const authority = (): Promise<Authority> => issue('CN=authority', 'ca', [])
export const serverOf = (names: readonly string[], by?: Authority): Promise<Issued> =>
  issue('CN=default', 'server', names, by)
export const clientOf = (by: Authority): Promise<Issued> => issue('CN=default', 'client', [], by)

const base64 = (text: string): string => Buffer.from(text).toString('base64')
export const secret = (name: string, { certificate, key }: Issued, namespace = INFRA): ApiObject =>
  object(
    'v1',
    'Secret',
    name,
    { type: 'kubernetes.io/tls', data: { 'tls.crt': base64(certificate), 'tls.key': base64(key) } },
    namespace,
  )
export const authorityMap = (name: string, { certificate, key }: Issued, namespace = INFRA): ApiObject =>
  object('v1', 'ConfigMap', name, { data: { 'ca.crt': certificate, 'key.crt': key } }, namespace)
