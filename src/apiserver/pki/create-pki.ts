import { serviceHosts } from '#names/dns-name.ts'
import { generateKey, issueCertificate } from './certificate.ts'
import type { KeyPair, Pki } from './pki.ts'

interface PkiRequest {
  readonly clusterDomain: string
  /** Further names and addresses of the server: the `kubernetes` ClusterIP, the host's addresses. */
  readonly subjectAltNames: readonly string[]
  readonly now: Date
}

const CA_NAME = 'fairlead-ca'
const HOUR = 3_600_000
const YEAR = 365 * 24 * HOUR

/**
 * Makes all keys and certificates of a new cluster. Valid from an hour ago, so that clocks a little apart agree, for
 * ten years.
 */
export const createPki = async (request: PkiRequest): Promise<Pki> => {
  const validity = {
    notBefore: new Date(request.now.getTime() - HOUR),
    notAfter: new Date(request.now.getTime() + 10 * YEAR),
  }
  const ca = await issueCertificate({ commonName: CA_NAME, usage: 'ca', ...validity })
  const names = new Set([
    ...serviceHosts('default', 'kubernetes', request.clusterDomain),
    'localhost',
    '127.0.0.1',
    '::1',
    ...request.subjectAltNames,
  ])
  const [server, admin, serviceAccountKey] = await Promise.all([
    issueCertificate({ commonName: 'kube-apiserver', usage: 'server', subjectAltNames: [...names], ...validity }, ca),
    issueCertificate(
      { commonName: 'kubernetes-admin', organizations: ['system:masters'], usage: 'client', ...validity },
      ca,
    ),
    generateKey(),
  ])
  return { ca: pairOf(ca), server: pairOf(server), admin: pairOf(admin), serviceAccountKey }
}

const pairOf = ({ certificate, key }: KeyPair): KeyPair => ({ certificate, key })
