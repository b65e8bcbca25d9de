import type { Ingress } from '#api/networking/ingress/message.ts'
import { familyOf } from '#net/ip-address.ts'
import { listenerId } from '../listeners/own-listener.ts'
import type { WantedPort, WantedStatus } from '../routes.ts'
import { settingsInTable } from '../settings/site-settings.ts'
import type { Rule } from '../table/entry.ts'
import type { Origin } from '../table/origin.ts'
import { entriesOfPort } from '../table/port-entries.ts'
import type { Backend, Site } from '../table/table.ts'
import { oldestFirst } from './classes/oldest-first.ts'
import { ourClasses } from './classes/our-classes.ts'
import type { IngressObjects, IngressOptions, IngressRouting } from './ingress-objects.ts'
import { hostCertificates } from './merge/host-certificates.ts'
import { hostRoutes, type Route } from './merge/host-routes.ts'
import { type Classed, owned } from './merge/ownership.ts'
import { lateForAll, type RefusalOf, refusedHosts, refusedRules, secureName } from './merge/refused.ts'
import { sitePorts } from './merge/site-ports.ts'
import { resolvedIngress } from './resolve/kept.ts'

/**
 * What all Ingresses of our classes come to: one site, since they share their addresses. Pure: of the same objects it is
 * always the same, whatever it was asked before.
 */
export const ingressSite = (objects: IngressObjects, options: IngressOptions): IngressRouting => {
  const classes = ourClasses(objects.ingressClasses, options.controllerName, objects.configMap)
  const { first } = classes
  const lookUps = {
    service: objects.service,
    secret: objects.secret,
    checkCertificate: options.checkCertificate,
    certificateNames: options.certificateNames,
  }
  const ours: Ingress[] = []
  const classed: Classed[] = []
  for (const ingress of oldestFirst(objects.ingresses)) {
    const settings = classes.settingsOf(ingress)
    if (settings === undefined) continue
    ours.push(ingress)
    classed.push({ resolved: resolvedIngress(ingress, lookUps), settings })
  }
  if (first === undefined || ours.length === 0)
    return { wantedPorts: [], backends: new Map(), certificates: new Map(), statuses: [], news: classes.news }

  const origin: Origin = { kind: 'IngressClass', name: first.name }
  const { ingresses, owners, news: refusals } = owned(classed)
  const { hosts, news: conflicts } = hostRoutes(ingresses, first.settings.trusted.length > 0)
  const tls = hostCertificates(ingresses)
  const wantedPorts = (tls.hosts.size > 0 ? [80, 443] : [80]).map(
    (port): WantedPort => ({ site: origin, port, protocol: 'TCP', by: 'proxy' }),
  )
  const refusalOf: RefusalOf = (hostname) => options.refusals.get(listenerId(origin, secureName(hostname)))
  const ports = sitePorts(
    { origin, routes: hosts, certificates: tls.hosts, bare: tls.bare, owners, refusalOf },
    options.bindOf,
  )
  const site: Site = {
    origin,
    ports,
    ...settingsInTable(first.settings),
  }
  const given = options.addressesOf(origin)
  // Who waits for an address asks it as soon as it stands there. One that has been told stays.
  const isTold = ours.some(({ status }) => addressesIn(status).some((one) => given.includes(one)))
  const addresses = isTold || wantedPorts.every(options.isLed) ? given : []
  return {
    site,
    wantedPorts,
    backends: usedBackends(site, hosts),
    certificates: ports.some(({ kind }) => kind === 'tls') ? tls.certificates : new Map(),
    statuses: ours.map((ingress) => wantedStatus(ingress, addresses)),
    news: [
      ...classes.news,
      ...classed.flatMap(({ resolved }) => resolved.news),
      ...refusals,
      ...conflicts,
      ...tls.news,
      ...refusedRules(hosts, options.refusals),
      ...refusedHosts(new Set([...tls.hosts.keys(), ...owners.keys()]), tls.hosts, refusalOf),
      ...lateForAll(tls.hosts, options.waiting.get(listenerId(origin, secureName('')))),
    ],
  }
}

/** Of routes that are nowhere but sent to HTTPS, and of those that others cover, no backend is used. */
const usedBackends = ({ ports }: Site, hosts: ReadonlyMap<string, readonly Route[]>): ReadonlyMap<string, Backend> => {
  const rules = new Set<Rule>()
  for (const port of ports) for (const { rule } of entriesOfPort(port)) rules.add(rule)
  const keys = new Set<string>()
  for (const { action } of rules)
    if (action.type === 'forward') for (const { to } of action.to) if ('backend' in to) keys.add(to.backend)
  const used = new Map<string, Backend>()
  for (const routes of hosts.values())
    for (const { backends } of routes) for (const one of backends) if (keys.has(one.key)) used.set(one.key, one)
  return used
}

const addressesIn = (status: Ingress['status']): readonly string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || [])

const wantedStatus = ({ metadata }: Ingress, addresses: readonly string[]): WantedStatus => ({
  object: { kind: 'Ingress', namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' },
  uid: metadata?.uid ?? '',
  generation: metadata?.generation ?? 0,
  status: {
    loadBalancer:
      addresses.length === 0
        ? {}
        : { ingress: addresses.map((one) => (familyOf(one) ? { ip: one } : { hostname: one })) },
  },
})
