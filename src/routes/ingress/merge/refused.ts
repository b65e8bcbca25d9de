import type { News } from '../../routes.ts'
import { warning } from '../news.ts'
import { type CertificatesByHost, shownFor } from './host-certificates.ts'
import type { Route } from './host-routes.ts'

/** What a proxy says of rules that it does not take, told of the Ingress that each comes from. */
export const refusedRules = (
  hosts: ReadonlyMap<string, readonly Route[]>,
  refusals: ReadonlyMap<string, string>,
): readonly News[] => {
  if (refusals.size === 0) return []
  const news: News[] = []
  for (const routes of hosts.values())
    for (const { placed, entries } of routes)
      for (const id of new Set(entries.map(({ rule }) => rule.id))) {
        const why = refusals.get(id)
        if (why !== undefined) news.push(warning(placed.ingress, 'ProxyRefused', `${placed.place}: ${why}`))
      }
  return news
}

/** What the listener of HTTPS for a hostname is called: as none of HTTP, which is not refused with it. */
export const secureName = (hostname: string): string => hostname || '*'

/** Why a proxy does not take the listener of HTTPS for a hostname; undefined: it does. */
export type RefusalOf = (hostname: string) => string | undefined

/** Hosts that have no HTTPS as a proxy does not take it, told of the Ingress whose certificate is shown for each. */
export const refusedHosts = (
  hosts: ReadonlySet<string>,
  certificates: CertificatesByHost,
  refusalOf: RefusalOf,
): readonly News[] =>
  [...hosts].flatMap((host) => {
    const why = refusalOf(host)
    const claim = shownFor(certificates, host)?.claim
    if (why === undefined || claim === undefined) return []
    const whom = host || 'all hosts'
    const text = `${claim.place}: the proxy does not take it for ${whom}: ${why}; there is no HTTPS for ${whom} by it, and HTTP is not redirected`
    return [warning(claim.ingress, 'CertificateUnusable', text, { hosts: [host] })]
  })

/** What the certificate for all hosts has to wait for, told of the Ingress that brings it; undefined: it is shown. */
export const lateForAll = (certificates: CertificatesByHost, why: string | undefined): readonly News[] => {
  const claim = certificates.get('')?.claim
  if (why === undefined || claim === undefined) return []
  return [warning(claim.ingress, 'CertificateWaits', `${claim.place}: ${why}`, { hosts: [''] })]
}
