import type { Ingress } from '#api/networking/ingress/message.ts'
import { matchesHostname } from '#routes/table/hostname.ts'
import type { Listener } from '#routes/table/table.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { find } from '../../../cluster/lookup.ts'
import { isLike, nearest } from '../../../cluster/nearest.ts'
import { refOf } from '../../../cluster/reference.ts'
import { or, patch } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { FindingFrame } from '../../../trace/finding.ts'
import type { CertificateUnusable } from '../../../trace/findings/request.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import type { CertificateNote } from '../../../trace/request/step.ts'
import type { AskedAt } from '../../place.ts'
import { lookAt } from '../look-at.ts'
import { secretOfFiles } from './without-tls.ts'

/**
 * An Ingress says that a host has TLS, and its certificate cannot be shown; undefined where there is none such. `isClosed`: no
 * other host has one either, so that nobody listens.
 */
export const certificateUnusable = (
  gateways: GatewayFacts,
  host: string,
  isClosed = false,
): (CertificateUnusable & FindingFrame) | undefined => {
  const { objects, routes } = gateways
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
      ...(isClosed && { isClosed: true }),
      cures: certificateCures(
        gateways,
        message,
        (missing, name) => ingressSecretCure(ingress, missing, name),
        lookAt(ref),
      ),
    }
  }
  return undefined
}

/** What is amiss with the certificates of a listener that takes a request all the same. */
export const certificateNotes = (
  gateways: GatewayFacts,
  { text, place }: Pick<AskedAt, 'text' | 'place'>,
  { tls }: Listener,
  host: string,
): readonly CertificateNote[] => {
  if (text.scheme === 'http') {
    const fault = place.site.kind === 'Gateway' ? undefined : certificateUnusable(gateways, host)
    return fault === undefined ? [] : [{ code: 'unusable', ingress: fault.ingress, host, message: fault.message }]
  }
  const { serverName = '' } = text
  if (tls?.mode !== 'Terminate' || serverName === '') return []
  const names = tls.certificates.flatMap((key) => gateways.routes.table.certificates.get(key)?.names ?? [])
  const isFor = names.some((name) => name === '*' || matchesHostname(name.toLowerCase(), 'one', serverName))
  return isFor ? [] : [{ code: 'for-others', host: serverName, names: [...new Set(names)] }]
}

/** Of an Ingress that names a Secret that is not there: another one. */
const ingressSecretCure = (ingress: Ingress, missing: ObjectRef, name: string): Cure | undefined => {
  const at = (ingress.spec?.tls ?? []).findIndex(({ secretName }) => secretName === missing.name)
  if (at < 0) return undefined
  return patch({ code: 'mean-secret', secret: { ...missing, name } }, 'ingress', ingress, [
    { op: 'replace', path: `/spec/tls/${at}/secretName`, value: name },
  ])
}

/**
 * Where a Secret is not there: one that is called nearly so, which `mean` names in its place, and one made of the files in which
 * people have a certificate and its key. `otherwise`: for another fault.
 */
export const certificateCures = (
  { tlsSecrets }: Pick<GatewayFacts, 'tlsSecrets'>,
  message: string,
  mean: (missing: ObjectRef, name: string) => Cure | undefined,
  otherwise: Cure,
): readonly Cure[] => {
  const [, namespace, name] =
    /(?:there is no Secret|^Secret) ([^/\s]+)\/([^\s;]+)(?: is not there$|;)/.exec(message) ?? []
  if (namespace === undefined || name === undefined) return [otherwise]
  const missing = { kind: 'Secret', namespace, name }
  const [near] = nearest(name, tlsSecrets?.get(namespace) ?? [], 1).filter((one) => isLike(one, name))
  const meant = near === undefined ? undefined : mean(missing, near)
  const made = secretOfFiles(missing)
  return meant === undefined ? [made] : [meant, or(made)]
}
