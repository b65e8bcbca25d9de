import { PREFIX } from '#routes/ingress/annotations/annotation-list.ts'
import { restricts } from '#routes/ingress/annotations/restrictions.ts'
import type { Answer } from '#routes/outcome/outcome.ts'
import type { Entry, Filter } from '#routes/table/entry.ts'
import { headerOf } from '#routes/table/request-values.ts'
import type { ClusterFacts } from '../../../cluster/facts.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { find, inCidrs } from '../../../cluster/lookup.ts'
import { patch } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { Effect } from '../../../trace/effect.ts'
import type { Finding } from '../../../trace/finding.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import type { RequestParts } from '../../misses.ts'
import { ruleRef } from '../../route-ref.ts'
import { lookAt } from '../look-at.ts'
import { backendUnresolved } from './backend.ts'

/** Why a rule answers a request by itself; undefined where that is what was asked for. `source`: whom the gateway sees. */
export const ownAnswerReason = (
  facts: ClusterFacts,
  gateways: GatewayFacts,
  entry: Entry,
  { by, status, reason }: Answer,
  { headers }: RequestParts,
  source: string,
): Finding | undefined => {
  switch (by) {
    case 'source':
      return requestSourceRange(gateways, entry, source)
    case 'body':
      return bodyTooLarge(entry, Number(headerOf(headers, 'content-length')))
    case 'preflight':
      return status === 204 ? undefined : originNotAllowed(gateways, entry, headerOf(headers, 'origin') ?? '')
    case 'redirect':
      return undefined
    default:
      return accessClosed(gateways, entry, status) ?? backendUnresolved(facts, gateways, entry, status, reason)
  }
}

const annotate = (effect: Effect, { namespace, name }: ObjectRef, annotations: object): Cure =>
  patch(effect, 'ingress', { metadata: { name, ...(namespace && { namespace }) } }, { metadata: { annotations } })

const annotationsOf = ({ objects }: GatewayFacts, { kind, namespace, name }: ObjectRef): readonly [string, string][] =>
  kind === 'Ingress' ? Object.entries(find(objects.ingresses, name, namespace)?.metadata?.annotations ?? {}) : []

const RANGES = /(?:^|\/)(?:whitelist|allowlist)-source-range$/
const REFUSED = /(?:^|\/)denylist-source-range$/

/** The sender is in none of the ranges that an Ingress names, or in one of those that it refuses. */
const requestSourceRange = (gateways: GatewayFacts, entry: Entry, source: string): Finding => {
  const rule = ruleRef(entry)
  const { sources = [], refused = [] } = entry.rule
  const isRefused = inCidrs(refused, source)
  const ranges = isRefused ? refused.filter((range) => inCidrs([range], source)) : sources
  const [annotation, value] =
    annotationsOf(gateways, rule.route).find(([key]) => (isRefused ? REFUSED : RANGES).test(key)) ?? []
  const range = `${source}/${source.includes(':') ? 128 : 32}`
  const others = refused.filter((one) => !ranges.includes(one))
  return {
    reason: 'request-source-range',
    rule,
    source,
    ranges,
    ...(isRefused && { isRefused }),
    cures:
      annotation === undefined
        ? [lookAt(rule.route)]
        : [
            annotate({ code: 'allow-source', source }, rule.route, {
              [annotation]: isRefused ? others.join(',') || null : `${value},${range}`,
            }),
          ],
  }
}

/** Of an Ingress alone: routes limit no bodies. */
const bodyTooLarge = (entry: Entry, octets: number): Finding => {
  const rule = ruleRef(entry)
  const cure = annotate({ code: 'allow-body', octets }, rule.route, { [`${PREFIX}proxy-body-size`]: String(octets) })
  return { reason: 'body-too-large', rule, octets, limit: entry.rule.bodyLimit?.octets ?? 0, cures: [cure] }
}

const isCors = (filter: Filter) => filter.type === 'cors'

const originNotAllowed = (gateways: GatewayFacts, entry: Entry, origin: string): Finding => {
  const rule = ruleRef(entry)
  const origins = entry.rule.filters.find(isCors)?.origins ?? []
  const effect = { code: 'allow-origin', origin } as const
  const all = [...origins, origin]
  const cure =
    rule.route.kind === 'Ingress'
      ? annotate(effect, rule.route, { [`${PREFIX}cors-allow-origin`]: all.join(',') })
      : corsCure(gateways, rule.route, rule.index, effect, all)
  return { reason: 'origin-not-allowed', rule, origin, origins, cures: [cure ?? lookAt(rule.route)] }
}

const corsCure = (
  { objects }: GatewayFacts,
  { namespace, name }: ObjectRef,
  index: number,
  effect: Effect,
  origins: readonly string[],
): Cure | undefined => {
  const route = find(objects.httpRoutes, name, namespace)
  const at = route?.spec.rules?.[index]?.filters?.findIndex(({ type }) => type === 'CORS') ?? -1
  if (route === undefined || at < 0) return undefined
  const path = `/spec/rules/${index}/filters/${at}/cors/allowOrigins`
  return patch(effect, 'httproute', route, [{ op: 'add', path, value: origins }])
}

/** Undefined where no annotation of the Ingress restricts who may ask. */
const accessClosed = (gateways: GatewayFacts, entry: Entry, status: number): Finding | undefined => {
  const rule = ruleRef(entry)
  const said = new Map(annotationsOf(gateways, rule.route))
  const annotations = [...said].flatMap(([key, value]) => {
    const isOne =
      key.startsWith(PREFIX) && restricts(key.slice(PREFIX.length), value, (name) => said.get(`${PREFIX}${name}`))
    return isOne ? [key] : []
  })
  if (annotations.length === 0) return undefined
  const cure = annotate({ code: 'open-to-all' }, rule.route, Object.fromEntries(annotations.map((key) => [key, null])))
  return { reason: 'access-closed', rule, status, annotations, cures: [cure] }
}
