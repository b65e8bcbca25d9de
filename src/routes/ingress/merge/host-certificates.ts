import type { News } from '../../routes.ts'
import type { Certificate, Origin } from '../../table/table.ts'
import { warning } from '../news.ts'
import type { TlsClaim } from '../resolve/placed.ts'
import type { ResolvedIngress } from '../resolve/resolved-ingress.ts'

/** What is shown for a host. */
export interface HostCertificate {
  /** A key of `certificates`. */
  readonly key: string
  /** Whether a Secret gives it: clients are sent to no other. */
  readonly isOwn: boolean
}

interface HostCertificates {
  readonly hosts: ReadonlyMap<string, HostCertificate>
  readonly certificates: ReadonlyMap<string, Certificate>
  readonly news: readonly News[]
}

const FALLBACK = 'ingress fallback'

/**
 * One certificate for each host with TLS: that of the oldest Ingress that has one for it, and the one of last resort, of
 * `site`, where there is one, for hosts that have none.
 */
export const hostCertificates = (
  ingresses: readonly ResolvedIngress[],
  site: Origin,
  fallback: { readonly chain: string; readonly key: string } | undefined,
): HostCertificates => {
  const news: News[] = []
  const chosen = new Map<string, TlsClaim>()
  for (const { tls } of ingresses)
    for (const claim of tls) {
      const first = chosen.get(claim.host)
      if (first?.certificate === undefined) {
        if (first === undefined || claim.certificate !== undefined) chosen.set(claim.host, claim)
      } else if (claim.certificate !== undefined && claim.certificate.chain !== first.certificate.chain) {
        const { namespace, name } = first.ingress
        const whose = `${first.place} of Ingress ${namespace}/${name}, which comes first`
        const text = `${claim.place}: ${claim.host || 'all hosts'} has another certificate by ${whose}; it is left out`
        news.push(warning(claim.ingress, 'Conflict', text))
      }
    }
  const hosts = new Map<string, HostCertificate>()
  const certificates = new Map<string, Certificate>()
  for (const [host, { certificate }] of chosen) {
    if (certificate !== undefined) {
      const { key, origin, chain, pem } = certificate
      hosts.set(host, { key, isOwn: true })
      certificates.set(key, { origin, chain, key: pem })
    } else if (fallback !== undefined) {
      hosts.set(host, { key: FALLBACK, isOwn: false })
      certificates.set(FALLBACK, { origin: site, ...fallback })
    }
  }
  return { hosts, certificates, news }
}
