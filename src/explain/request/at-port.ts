import { ownAnswer } from '#routes/outcome/outcome.ts'
import { hostOf, listenerFor } from '#routes/table/hostname.ts'
import { STANDARD_PORTS } from '#routes/table/location.ts'
import { headerOf } from '#routes/table/request-values.ts'
import type { SitePort } from '#routes/table/table.ts'
import type { RequestText } from '../ask/request-text.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import type { GatewayFacts } from '../cluster/gateway-facts.ts'
import type { Finding } from '../trace/finding.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { RequestAnswer, RequestTrace } from '../trace/request/request.ts'
import type { Trace, Verdict } from '../trace/trace.ts'
import type { Step } from '../trace/walk/step.ts'
import { deedsOf } from './deeds.ts'
import { nearMisses, type RequestParts } from './misses.ts'
import type { AskedAt } from './place.ts'
import { hostNotServed, misdirected, requestMalformed } from './reasons/name/names.ts'
import { backendUnresolved, ruleRefused } from './reasons/rule/backend.ts'
import { ownAnswerReason } from './reasons/rule/own-answer.ts'
import { noRule, redirectLoop } from './reasons/rule/rules.ts'
import { certificateNotes } from './reasons/tls/certificate.ts'
import { nameWithoutTls } from './reasons/tls/without-tls.ts'
import { listenerRef, ruleRef } from './route-ref.ts'
import { serve } from './serve.ts'
import { shareOf } from './share.ts'
import { servedAt } from './site.ts'
import { brokenFor, claimsFor, passedOver } from './unserved.ts'

/** What of a trace follows from what the gateway does. */
export interface Told {
  readonly request: RequestTrace
  readonly steps: readonly Step[]
  readonly findings: readonly Finding[]
  readonly verdict: Verdict
}

/** A URL, the gateway that is asked for it, and the way there. */
export interface Asked extends AskedAt {
  readonly packet: Trace
}

interface AtPort extends Asked {
  readonly facts: ClusterFacts
  readonly gateways: GatewayFacts
  readonly port: SitePort
  readonly request: Pick<RequestTrace, 'request' | 'gateway'>
}

/** What becomes of a request at a port that is served: by its listener, its rule, and the backends of that. */
export function atPort({ facts, gateways, question, text, place, packet, port, request }: AtPort): Told {
  const { table } = gateways.routes
  const { gateway } = request
  const served = serve(table, port, text)
  const { parts } = served
  const listener = served.listener && listenerRef(table, served.listener, port.port)
  const sent = text.target.replace(/\?.*$/, '')
  const about = { ...request, ...(listener && { listener }) }
  const notes = served.listener ? certificateNotes(gateways, { text, place }, served.listener, parts.host) : []
  const listened: Step[] =
    listener === undefined
      ? []
      : [
          {
            code: 'listener',
            gateway,
            listener,
            ...(text.serverName && { serverName: text.serverName }),
            ...(parts.path !== sent && served.type !== 'connected' && { path: parts.path }),
            ...(notes.length > 0 && { notes }),
          },
        ]
  const refused = (status: number, steps: readonly Step[], findings: readonly Finding[]): Told => ({
    request: { ...about, answer: { code: 'refused', status } },
    steps: [...listened, ...steps, { code: 'answer', gateway, status }],
    findings,
    verdict: 'unreachable',
  })
  const nearly =
    served.type === 'connected' ? [] : nearMisses(port, parts, served.type === 'taken' ? served.entry : undefined)
  const claimed = (): readonly Finding[] => {
    const why = { gateways, place, text, host: parts.host }
    const broken = brokenFor(why, listener?.hostname ?? (listener && ''))
    return broken.length > 0 ? broken : claimsFor(why)
  }
  if (served.type === 'refused') {
    const claims = claimed()
    switch (served.reason) {
      case 'BadTarget':
        return refused(served.status, [], [requestMalformed('path', text.target)])
      case 'BadHost':
        return refused(served.status, [], [requestMalformed('host', text.authority)])
      case 'Misdirected':
        return refused(served.status, [], [misdirected(question, text, parts.host, text.serverName ?? '', listener!)])
      case 'NoListener': {
        // There is no certificate to show.
        const asked = hostOf(text.serverName ?? '') ?? ''
        if (port.kind !== 'tls' || listenerFor(port.listeners, asked) !== undefined)
          return refused(
            served.status,
            [],
            claims.length > 0 ? claims : [hostNotServed(gateways, { question, text, place }, parts.host)],
          )
        const name = asked || parts.host
        const findings = claims.length > 0 ? claims : [nameWithoutTls(gateways, { question, text, place }, name)]
        return { request: { ...about, answer: { code: 'unanswered' } }, steps: [], findings, verdict: 'unreachable' }
      }
      case 'NoRoute': {
        const lost = refusedTaker(facts, { text, place })
        return refused(
          served.status,
          [{ code: 'no-rule', gateway, nearly }],
          lost !== undefined
            ? [lost]
            : claims.length > 0
              ? claims
              : [noRule(gateways, { question, text, place }, parts, listener!, nearly)],
        )
      }
    }
  }
  const { entry } = served
  if (entry === undefined) {
    const claims = claimed()
    return {
      request: { ...about, answer: { code: 'unanswered' } },
      steps: [...listened, { code: 'no-rule', gateway, nearly: [] }],
      findings: claims.length > 0 ? claims : [noRule(gateways, { question, text, place }, parts, listener!, [])],
      verdict: 'unreachable',
    }
  }
  const rule = ruleRef(entry)
  const over = passedOver(gateways, parts, entry)
  const ruled: Step[] = [
    ...listened,
    { code: 'rule', gateway, rule, nearly, ...(over.length > 0 && { passedOver: over }) },
  ]
  const tell = (
    answer: RequestAnswer,
    steps: readonly Step[],
    findings: readonly Finding[],
    verdict: Verdict,
  ): Told => ({
    request: { ...about, rule, answer },
    steps: [...ruled, ...steps],
    findings,
    verdict,
  })
  const refuse = (status: number, finding: Finding): Told =>
    tell({ code: 'refused', status }, [{ code: 'answer', gateway, status }], [finding], 'unreachable')
  const words = gateways.refusals.get(entry.rule.id)
  if (words !== undefined) return refuse(500, ruleRefused(entry, words))
  const seen = seenBy(packet)
  const { action } = entry.rule
  const asked = served.type === 'taken' ? served : undefined
  const own = asked && ownAnswer(asked.matched, asked.request, seen)
  if (asked === undefined && action.type === 'answer')
    return refuse(action.status, backendUnresolved(facts, gateways, entry, action.status, action.reason))
  const why = own && ownAnswerReason(facts, gateways, entry, own, parts, seen)
  if (own && why) return refuse(own.status, why)
  const done = deedsOf(table, entry.rule, parts)
  const filters: Step[] = done.length > 0 ? [{ code: 'filters', gateway, done }] : []
  const location = own && headerOf(own.headers, 'location')
  if (own && location !== undefined) {
    const isLoop = isSameUrl(location, text, parts, port)
    return tell(
      { code: 'redirected', status: own.status, location },
      [...filters, { code: 'redirect', gateway, status: own.status, location }],
      isLoop ? [redirectLoop(gateways, place.site, parts.host, entry, location)] : [],
      isLoop ? 'unreachable' : 'reachable',
    )
  }
  if (own || action.type !== 'forward') {
    const status = own?.status ?? 500
    return tell({ code: 'answered', status }, [...filters, { code: 'answer', gateway, status }], [], 'reachable')
  }
  const pods = gatewayPods(packet)
  const of = action.to.reduce((all, { weight }) => all + weight, 0)
  const shares = action.to.map((one) =>
    shareOf({ facts, gateways, table, question, gateway, pods, entry, parts, seen, ...(asked && { asked }) }, one, of),
  )
  return tell(
    { code: 'forwarded', shares: shares.map(({ share }) => share) },
    [...filters, ...shares.flatMap(({ steps }) => steps)],
    shares.flatMap(({ findings }) => findings),
    verdictOf(shares),
  )
}

/** That proxies do not take the rule which is to take a request; undefined where none is. */
const refusedTaker = (
  { gateways: asWanted }: ClusterFacts,
  { text, place }: Pick<AskedAt, 'text' | 'place'>,
): Finding | undefined => {
  const port = asWanted && servedAt(asWanted, place.site)?.ports.find((one) => one.port === place.port)
  const served = port && serve(asWanted.routes.table, port, text)
  const entry = served?.type === 'taken' ? served.entry : undefined
  const words = entry && asWanted?.refusals.get(entry.rule.id)
  return words === undefined ? undefined : ruleRefused(entry!, words)
}

/** Whose address the gateway sees. */
const seenBy = ({ outcomes, source }: Trace): string =>
  outcomes.find(({ verdict }) => verdict === 'deliver')?.sourceSeen ?? source.address

/** Pods that the packet gets to. */
const gatewayPods = ({ outcomes }: Trace): readonly ObjectRef[] => {
  const pods = outcomes.flatMap(({ verdict, backend }) => (verdict === 'deliver' && backend?.pod ? [backend.pod] : []))
  return [...new Map(pods.map((pod) => [`${pod.namespace}/${pod.name}`, pod])).values()]
}

const isSameUrl = (
  location: string,
  { scheme }: RequestText,
  { host, path, query }: RequestParts,
  { port }: SitePort,
) => location === `${scheme}://${host}${port === STANDARD_PORTS[scheme] ? '' : `:${port}`}${path}${query}`

/** What all shares together come to. */
const verdictOf = (shares: readonly ReturnType<typeof shareOf>[]): Verdict => {
  const parts = shares.flatMap(({ share }) =>
    share.status === undefined && share.outcomes.length > 0
      ? share.outcomes.map(({ verdict }) => verdict === 'deliver')
      : // No pod of the gateway was reached: that is what is told.
        [share.status === undefined],
  )
  if (!parts.some(Boolean)) return 'unreachable'
  if (!parts.every(Boolean)) return 'sometimes'
  const findings = shares.flatMap((one) => one.findings)
  if (findings.some(({ doubt }) => !doubt)) return 'unreachable'
  return findings.length > 0 ? 'unknown' : 'reachable'
}
