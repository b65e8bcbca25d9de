import type { Secret } from '#api/core/secret/message.ts'
import type { IngressTLS } from '#api/networking/ingress/message.ts'
import { objectKey } from '#objects/object-key.ts'
import { readSecret } from '../../references/certificates.ts'
import type { RouteOptions } from '../../route-objects.ts'
import type { News } from '../../routes.ts'
import type { Origin } from '../../table/origin.ts'
import { warning } from '../news.ts'
import type { TlsClaim } from './placed.ts'

export interface TlsLookUp extends Pick<RouteOptions, 'checkCertificate' | 'certificateNames'> {
  readonly secret: (key: string) => Secret | undefined
}

/** Whether a certificate for this name is one for the host: a star stands for one label, and hosts may have one too. */
const isFor = (host: string, name: string): boolean => {
  const lower = name.toLowerCase()
  return lower === host || (lower.startsWith('*.') && lower.slice(1) === host.slice(host.indexOf('.')))
}

/**
 * Which certificates an Ingress brings for which hosts; `hosts` are those of its rules, for which a certificate is that
 * names none. What cannot be shown is told, and leaves its host to a younger Ingress.
 */
export const readTls = (
  ingress: Origin,
  tls: readonly IngressTLS[],
  hosts: readonly string[],
  { secret, checkCertificate, certificateNames }: TlsLookUp,
): { readonly claims: readonly TlsClaim[]; readonly news: readonly News[] } => {
  const claims: TlsClaim[] = []
  const news: News[] = []
  for (const [index, { hosts: named = [], secretName }] of tls.entries()) {
    const place = `spec.tls[${index}]`
    const meant = named.length > 0 ? named.map((host) => host.toLowerCase()) : hosts
    const key = objectKey(ingress.namespace, secretName ?? '')
    const found = secretName ? secret(key) : undefined
    const read =
      found === undefined ? `there is no Secret ${key}` : readSecret(found, checkCertificate, certificateNames)
    const tell = (why: string, hosts: readonly string[]): void => {
      const whom = hosts.map((host) => host || 'all hosts').join(', ')
      const text = `${place}: ${why}; there is no HTTPS for ${whom}, and HTTP is not redirected`
      news.push(warning(ingress, 'CertificateUnusable', text, { hosts }))
    }
    if (typeof read === 'string') {
      tell(secretName ? read : 'it names no Secret', meant)
      for (const host of meant) claims.push({ ingress, place, host })
      continue
    }
    const { names } = read.certificate
    for (const host of meant) {
      const fits = host === '' || names.some((name) => isFor(host, name))
      if (!fits) tell(`the certificate of Secret ${key} is for ${names.join(', ') || 'no host'}`, [host])
      claims.push({ ingress, place, host, ...(fits && { certificate: read }) })
    }
  }
  return { claims, news }
}
