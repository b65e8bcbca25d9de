import type { Service } from '#api/core/service/message.ts'
import type { Ingress } from '#api/networking/ingress/message.ts'
import type { News } from '../../routes.ts'
import type { Action, PathChange } from '../../table/entry.ts'
import type { Origin } from '../../table/origin.ts'
import type { Backend } from '../../table/table.ts'
import { Patterns } from '../../values/pattern.ts'
import { readAnnotations } from '../annotations/read-annotations.ts'
import type { Canary } from '../annotations/settings.ts'
import { warning } from '../news.ts'
import { type IngressPath, readPath } from '../paths/ingress-path.ts'
import { pathChange } from '../paths/path-change.ts'
import { resolveBackend } from './backend.ts'
import type { Placed, TlsClaim } from './placed.ts'
import { entryOf, filtersOf, ownAction, ruleOf } from './rule.ts'
import { readTls, type TlsLookUp } from './tls.ts'

/** All that can be said of an Ingress without looking at others. */
export interface ResolvedIngress {
  readonly origin: Origin
  /** Those that its rules and its certificates name, each once. */
  readonly named: readonly string[]
  readonly paths: readonly Placed[]
  /** Where requests go that no path takes, host by host. */
  readonly defaults: readonly Placed[]
  readonly tls: readonly TlsClaim[]
  /** It takes its share of another Ingress' requests. */
  readonly canary?: Canary
  readonly news: readonly News[]
}

export interface LookUps extends TlsLookUp {
  readonly service: (key: string) => Service | undefined
}

/** Where a path leads. */
interface Destination {
  readonly action: Action
  readonly backend?: Backend
}

const ROOT: IngressPath = { match: { type: 'Exact', value: '/' }, size: 1 }
const EVERYTHING: IngressPath = { match: { type: 'Prefix', value: '/' }, size: 1 }

export const resolveIngress = ({ metadata, spec }: Ingress, lookUps: LookUps): ResolvedIngress => {
  const origin: Origin = { kind: 'Ingress', namespace: metadata?.namespace ?? '', name: metadata?.name ?? '' }
  const { settings, news: annotationNews } = readAnnotations(origin, metadata?.annotations)
  const news = [...annotationNews]
  const toHttps = settings.forceSslRedirect ? 'always' : settings.sslRedirect ? 'with certificate' : 'never'
  const own = ownAction(settings)
  const patterns = new Patterns()
  let index = 0

  const place = (host: string, at: string, path: IngressPath, to: Destination, change?: PathChange): Placed => {
    const filters = to.action.type !== 'forward' ? [] : filtersOf(settings, change)
    const rule = ruleOf(origin, index++, to.action, filters, settings)
    const { backend } = to
    const entry = entryOf(host, path.match, rule)
    return { ...path, ingress: origin, host, place: at, entry, toHttps, ...(backend && { backend }) }
  }
  const destination = (at: string, backend: Parameters<typeof resolveBackend>[2]): Destination => {
    if (own !== undefined) return { action: own }
    const resolved = resolveBackend(origin, at, backend, settings, lookUps.service)
    if (resolved.news) news.push(resolved.news)
    const action: Action = { type: 'forward', to: [{ weight: 1, to: resolved.to, filters: [] }] }
    return resolved.backend ? { action, backend: resolved.backend } : { action }
  }
  const changeOf = (host: string, text: string, path: IngressPath, at: string): PathChange | undefined => {
    const { change, problem } = pathChange(text, path, settings)
    if (problem !== undefined)
      news.push(warning(origin, 'InvalidPath', `${at}: ${problem}`, { hosts: [host], path: path.match }))
    return change
  }

  const rules = (spec?.rules ?? []).map(({ host, http }) => ({ host: host ?? '', paths: http?.paths ?? [] }))
  const hosts = [...new Set(rules.map(({ host }) => host))]
  const paths: Placed[] = []
  if (settings.appRoot !== undefined)
    for (const host of hosts) {
      const path: PathChange = { type: 'Full', value: settings.appRoot }
      paths.push(place(host, 'annotation app-root', ROOT, { action: { type: 'redirect', path, status: 302 } }))
    }
  for (const [ruleIndex, { host, paths: written }] of rules.entries())
    for (const [pathIndex, one] of written.entries()) {
      const at = `spec.rules[${ruleIndex}].http.paths[${pathIndex}]`
      const text = one.path || '/'
      const path = readPath(one, settings, patterns)
      if ('problem' in path)
        news.push(
          warning(origin, 'InvalidPath', `${at}.path: ${JSON.stringify(text)} is left out: ${path.problem}`, {
            hosts: [host],
            path: { type: one.pathType === 'Exact' ? 'Exact' : 'Prefix', value: text },
          }),
        )
      else
        paths.push(
          place(host, at, path, destination(`${at}.backend`, one.backend), changeOf(host, text, path, `${at}.path`)),
        )
    }
  const defaults: Placed[] = []
  if (spec?.defaultBackend !== undefined) {
    const at = 'spec.defaultBackend'
    const to = destination(at, spec.defaultBackend)
    const { change } = pathChange('/', EVERYTHING, settings)
    for (const host of hosts.length > 0 ? hosts : ['']) defaults.push(place(host, at, EVERYTHING, to, change))
  }
  const tls = readTls(origin, spec?.tls ?? [], hosts.length > 0 ? hosts : [''], lookUps)
  const named = [...new Set([...hosts, ...tls.claims.map(({ host }) => host)])]
  return {
    origin,
    named,
    paths,
    defaults,
    tls: tls.claims,
    ...(settings.canary && { canary: settings.canaryValues }),
    news: [...news, ...tls.news],
  }
}
