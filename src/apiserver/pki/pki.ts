import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKey, issueCertificate, type KeyPair, keyToPem } from './certificate.ts'

/** The cluster's certificates and keys, PEM. */
export interface Pki {
  readonly ca: KeyPair
  readonly server: KeyPair
  /** Organization system:masters: whoever holds it owns the cluster. */
  readonly admin: KeyPair
  /** Signs ServiceAccount tokens (ES256). */
  readonly serviceAccountKey: string
}

export interface PkiRequest {
  readonly clusterDomain: string
  /** Further names and addresses of the server: the `kubernetes` ClusterIP, the host's addresses. */
  readonly subjectAltNames: readonly string[]
  readonly now: Date
}

const CA_NAME = 'fairlead-ca'
const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR

/** Makes all keys and certificates of a new cluster: about 2 ms. Valid from an hour ago, so that clocks a little apart agree, for ten years. */
export const createPki = (request: PkiRequest): Pki => {
  const validity = {
    notBefore: new Date(request.now.getTime() - HOUR),
    notAfter: new Date(request.now.getTime() + 10 * YEAR),
  }
  const ca = { commonName: CA_NAME, ...issueCertificate({ commonName: CA_NAME, usage: 'ca', ...validity }) }
  const names = new Set([
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${request.clusterDomain}`,
    'localhost',
    '127.0.0.1',
    '::1',
    ...request.subjectAltNames,
  ])
  const server = issueCertificate(
    { commonName: 'kube-apiserver', usage: 'server', subjectAltNames: [...names], ...validity },
    ca,
  )
  const admin = issueCertificate(
    { commonName: 'kubernetes-admin', organizations: ['system:masters'], usage: 'client', ...validity },
    ca,
  )
  return {
    ca: { certificate: ca.certificate, key: ca.key },
    server,
    admin,
    serviceAccountKey: keyToPem(generateKey()),
  }
}

/** Writes ca.crt, ca.key, apiserver.crt … into a folder (made with mode 0700); keys with mode 0600. */
export const writePki = (folder: string, pki: Pki): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const write = (name: string, text: string, mode: number): void => {
    writeFileSync(join(folder, name), text, { mode })
  }
  for (const [name, pair] of [
    ['ca', pki.ca],
    ['apiserver', pki.server],
    ['admin', pki.admin],
  ] as const) {
    write(`${name}.crt`, pair.certificate, 0o644)
    write(`${name}.key`, pair.key, 0o600)
  }
  write('sa.key', pki.serviceAccountKey, 0o600)
}
