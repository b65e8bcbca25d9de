import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import { matchesHostname } from '#routes/table/hostname.ts'
import type { Origin } from '#routes/table/origin.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { ownersAt } from '../../../cluster/listener-owners.ts'
import { find, portAt } from '../../../cluster/lookup.ts'
import { nearestHosts } from '../../../cluster/nearest.ts'
import { refOf } from '../../../cluster/reference.ts'
import { askRequest, or, patch, run, where } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { Finding } from '../../../trace/finding.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import { urlOf, withHost } from '../../ask-url.ts'
import type { AskedAt } from '../../place.ts'
import { originRef } from '../../route-ref.ts'
import { entryFor, exampleOf, namesOf, servedAt } from '../../site.ts'
import { lookAtRoutes } from '../look-at.ts'

/** Nobody at the port has a certificate for the name, so that TLS fails; by HTTP the gateway may serve it all the same. */
export const nameWithoutTls = (gateways: GatewayFacts, { question, text, place }: AskedAt, host: string): Finding => {
  const ports = servedAt(gateways, place.site)?.ports ?? []
  const plain = ports.filter((one) => one.kind === 'http' && entryFor(one, host) !== undefined).map(({ port }) => port)
  const names = ports.filter((one) => one.port === place.port).flatMap(namesOf)
  const near = nearestHosts(host, names)
  const asked = (port: number): number =>
    text.port === place.port ? port : ((place.service && portAt(place.service, port, 'TCP')?.nodePort) ?? port)
  const plainly = plain.slice(0, 1).map((port): Cure => {
    const to = urlOf({ ...text, scheme: 'http', port: asked(port) })
    return askRequest({ ...question, to }, { code: 'ask-gateway-port', port: asked(port), scheme: 'http' })
  })
  const others = near
    .map(exampleOf)
    .filter((one) => ports.some((port) => entryFor(port, one) !== undefined))
    .slice(0, 1)
    .map((one): Cure => askRequest(withHost(question, text, one), { code: 'ask-host', host: one }))
  const isNamed = text.serverName !== undefined
  const cures = [
    ...(plainly.length > 0 && isNamed ? plainly : others),
    ...(isNamed ? tlsCures(gateways, place.site, host, place.port) : []),
  ]
  return {
    reason: 'name-without-tls',
    host,
    gateway: originRef(place.site),
    port: place.port,
    plain,
    near: near.length > 0 ? near : names.slice(0, 3),
    cures: cures.length > 0 ? cures : [lookAtRoutes],
  }
}

/** What brings a certificate to a name that is served by HTTP; none where nobody serves it so. Another way than the cure before it. */
export const tlsCures = (gateways: GatewayFacts, site: Origin, host: string, port: number): readonly Cure[] => {
  for (const one of servedAt(gateways, site)?.ports ?? []) {
    const entry = one.kind === 'http' ? entryFor(one, host) : undefined
    if (entry === undefined) continue
    const name = `${host.replaceAll('.', '-')}-tls`
    const { origin } = entry.rule
    return site.kind === 'Gateway'
      ? gatewayCures(gateways, site, { host, port, name, plain: one.port })
      : port === 443 && origin.kind === 'Ingress'
        ? ingressCures(gateways, origin, host, name)
        : []
  }
  return []
}

const ingressCures = ({ objects }: GatewayFacts, of: Origin, host: string, name: string): readonly Cure[] => {
  const ingress = find(objects.ingresses, of.name, of.namespace ?? '')
  if (ingress === undefined) return []
  const one = { hosts: [host], secretName: name }
  const tls = ingress.spec?.tls ?? []
  const secret = { kind: 'Secret', ...(of.namespace && { namespace: of.namespace }), name }
  const change = tls.length > 0 ? { path: '/spec/tls/-', value: one } : { path: '/spec/tls', value: [one] }
  const effect = { code: 'show-certificate', object: refOf('Ingress', ingress), host, secret } as const
  return [or(secretOfFiles(secret)), patch(effect, 'ingress', ingress, [{ op: 'add', ...change }])]
}

const gatewayCures = (
  gateways: GatewayFacts,
  site: Origin,
  { host, port, name, plain }: { host: string; port: number; name: string; plain: number },
): readonly Cure[] => {
  const isLike = (one: Listener): boolean =>
    one.protocol === 'HTTP' && one.port === plain && matchesHostname((one.hostname ?? '').toLowerCase(), 'many', host)
  const owner = ownersAt(gateways, site).find(({ listeners }) => listeners.some(isLike))
  const like = owner?.listeners.find(isLike)
  if (owner === undefined || like === undefined) return []
  const { ref, word, object } = owner
  const secret = { kind: 'Secret', ...(ref.namespace && { namespace: ref.namespace }), name }
  const tls = { certificateRefs: [{ name }] }
  const value = { ...like, name, hostname: host, port, protocol: 'HTTPS', tls }
  const effect = { code: 'show-certificate', object: ref, host, secret } as const
  return [or(secretOfFiles(secret)), patch(effect, word, object, [{ op: 'add', path: '/spec/listeners/-', value }])]
}

/** A Secret made of the files in which people have a certificate and its key. */
export const secretOfFiles = (secret: ObjectRef): Cure =>
  run(
    { code: 'bring-certificate', secret },
    ...['kubectl', 'create', 'secret', 'tls', secret.name],
    ...where(secret.namespace),
    ...['--cert=tls.crt', '--key=tls.key'],
  )
