import { matchesHostname } from '#routes/table/hostname.ts'
import type { GatewayFacts } from '../../cluster/gateway-facts.ts'
import { find } from '../../cluster/lookup.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Finding } from '../../trace/finding.ts'
import { lookAt } from './rules.ts'

/** An Ingress says that a host has TLS, and its certificate cannot be shown; undefined where there is none such. */
export const certificateUnusable = ({ objects, routes }: GatewayFacts, host: string): Finding | undefined => {
  for (const { object, reason, message } of routes.news) {
    if (reason !== 'CertificateUnusable') continue
    const ingress = find(objects.ingresses, object.name, object.namespace ?? '')
    const place = /^spec\.tls\[(\d+)\]/.exec(message)?.[1]
    const named = ingress?.spec?.tls?.[Number(place)]?.hosts ?? []
    const hosts = named.length > 0 ? named : (ingress?.spec?.rules ?? []).flatMap((rule) => rule.host ?? [])
    if (ingress === undefined || !hosts.some((one) => matchesHostname(one.toLowerCase(), 'one', host))) continue
    const ref = refOf('Ingress', ingress)
    return { reason: 'certificate-unusable', ingress: ref, host, message, cures: [lookAt(ref)] }
  }
  return undefined
}
