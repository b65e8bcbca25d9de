import { matchesHostname } from '#routes/table/hostname.ts'
import type { GatewayFacts } from '../../cluster/gateway-facts.ts'
import { find } from '../../cluster/lookup.ts'
import { refOf } from '../../cluster/reference.ts'
import { run, where } from '../../diagnose/cure.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import { lookAt } from './rules.ts'

/** An Ingress says that a host has TLS, and its certificate cannot be shown; undefined where there is none such. */
export const certificateUnusable = ({ objects, routes }: GatewayFacts, host: string): Finding | undefined => {
  for (const { object, reason, message, hosts = [] } of routes.news) {
    if (reason !== 'CertificateUnusable' || !hosts.some((one) => matchesHostname(one, 'one', host))) continue
    const ingress = find(objects.ingresses, object.name, object.namespace ?? '')
    if (ingress === undefined) continue
    const ref = refOf('Ingress', ingress)
    return {
      reason: 'certificate-unusable',
      ingress: ref,
      host,
      message,
      cures: [bringCertificate(message) ?? lookAt(ref)],
    }
  }
  return undefined
}

/** Where a Secret is not there: made of the files in which people have a certificate and its key. Undefined for another fault. */
export const bringCertificate = (message: string): Cure | undefined => {
  const [, namespace, name] =
    /(?:there is no Secret|^Secret) ([^/\s]+)\/([^\s;]+)(?: is not there$|;)/.exec(message) ?? []
  if (namespace === undefined || name === undefined) return undefined
  const effect = { code: 'bring-certificate', secret: { kind: 'Secret', namespace, name } } as const
  const files = ['--cert=tls.crt', '--key=tls.key']
  return run(effect, 'kubectl', 'create', 'secret', 'tls', name, ...where(namespace), ...files)
}
