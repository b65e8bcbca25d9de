import { type RequestText, requestText } from '../ask/request-text.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import type { GatewayFacts } from '../cluster/gateway-facts.ts'
import { askRequest } from '../diagnose/cure.ts'
import { addFinding } from '../diagnose/diagnose.ts'
import { resolveSource, type Source } from '../resolve/source.ts'
import type { Cure } from '../trace/cure.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import type { AskedRequest } from '../trace/request/request.ts'
import type { Trace, Verdict } from '../trace/trace.ts'
import { urlOf } from './ask-url.ts'
import { type Asked, atPort, type Told } from './at-port.ts'
import { gatewayUnknown, placeOf } from './place.ts'
import { hostNotServed } from './reasons/name/names.ts'
import { schemeMistaken } from './reasons/rule/rules.ts'
import { originRef } from './route-ref.ts'
import { partsOf } from './serve.ts'
import { servedAt, withoutRefused } from './site.ts'
import { claimsFor, unservedPort } from './unserved.ts'

/**
 * A URL that a gateway is asked for: the way to the gateway, what that does, and the way on to the endpoints. `walk`: the
 * packet's way alone. Undefined where no gateway is asked. Throws ExplainError.
 */
export function explainRequest(
  facts: ClusterFacts,
  question: Question,
  walk: (question: Question) => Trace,
): Trace | undefined {
  const gateways = facts.gateways && withoutRefused(facts.gateways)
  const text = requestText(question)
  if (text === undefined) return undefined
  if (gateways === undefined) {
    if (question.gateway !== undefined) throw gatewayUnknown(question.gateway, [])
    return undefined
  }
  const source = resolveSource(facts, question)
  const { host } = partsOf(text)
  const place = placeOf({ facts, gateways, question, source, text, host })
  if (place === undefined) return undefined
  const unseen = [...(facts.unseen ?? []), ...gateways.unseen]
  if (place === 'nobody') {
    const claims = claimsFor({ gateways, host, text })
    const findings = claims.length > 0 ? claims : [hostNotServed(gateways, { question, text }, host)]
    return { ...nowhere(question, source), findings, unseen }
  }
  const { headers: _, method: __, host: ___, gateway: ____, protocol: _____, ...plain } = question
  const packet = place.to === undefined ? nowhere(question, source) : walk({ ...plain, to: place.to })
  const told = tellRequest(facts, gateways, { question, text, place, packet })
  const findings: Finding[] = []
  // Why the gateway does not listen is known: that its Service has no such port follows from that.
  const isUnserved = told.request.answer.code === 'unanswered' && told.findings.length > 0
  const ofWay = packet.findings.filter(({ reason }) => !isUnserved || reason !== 'port-not-served')
  const onWay = ofWay.map(
    (finding): Finding => ({
      ...finding,
      cures: finding.cures.map((cure) => asRequest(cure, question, text, host)),
    }),
  )
  for (const finding of [...onWay, ...told.findings]) addFinding(findings, finding)
  return {
    ...packet,
    question,
    request: told.request,
    steps: [...place.steps, ...packet.steps, ...told.steps],
    verdict: together(packet.verdict, told.verdict),
    findings,
    unseen: [...packet.unseen, ...gateways.unseen],
  }
}

/** Who is told to ask another address of the gateway's Service asks it for the same. */
const asRequest = (cure: Cure, question: Question, text: RequestText, host: string): Cure => {
  const at = cure.kind === 'ask' ? /^\[?([^[\]/]+?)\]?:(\d+)$/.exec(cure.question.to) : null
  if (at === null) return cure
  const to = urlOf({ ...text, host: at[1]!, port: Number(at[2]) })
  const isNamed = (question.headers ?? []).some((header) => /^host\s*:/i.test(header))
  return { ...cure, ...askRequest({ ...question, to, ...(!isNamed && { host }) }, cure.effect) }
}

const nowhere = (question: Question, source: Source): Trace => ({
  question,
  protocol: 'TCP',
  source: {
    sender: source.sender,
    address: source.addresses[0] ?? '',
    ...(source.node !== undefined && { node: source.node }),
  },
  verdict: 'unreachable',
  basis: 'model',
  steps: source.chosen ? [source.chosen] : [],
  candidates: [],
  outcomes: [],
  walks: [],
  findings: [],
  unseen: [],
})

/** Of two that must both hold: what is surely not, before what is not always, before what is not known. */
const together = (one: Verdict, other: Verdict): Verdict =>
  (['unreachable', 'unknown', 'sometimes', 'reachable'] as const).find((each) => each === one || each === other)!

function tellRequest(facts: ClusterFacts, gateways: GatewayFacts, asking: Asked): Told {
  const { question, text, place } = asking
  const gateway = originRef(place.site)
  const request = { request: askedOf(text, place.port), gateway }
  const { host } = partsOf(text)
  const unserved = unservedPort({ facts, gateways, question, text, place, host })
  const ports = servedAt(gateways, place.site)?.ports ?? []
  const port = ports.find((one) => one.port === place.port)
  const nobody = (findings: readonly Finding[]): Told => ({
    request: { ...request, answer: { code: 'unanswered' } },
    steps: [],
    findings,
    verdict: 'unreachable',
  })
  if (unserved !== undefined || port === undefined) return nobody(unserved ?? [])
  const speaks = port.kind === 'tls' ? 'https' : 'http'
  if (speaks !== text.scheme) return nobody([schemeMistaken(question, text, gateway, speaks)])
  return atPort({ facts, gateways, ...asking, port, request })
}

const askedOf = (
  { method, scheme, authority, target, headers, serverName }: RequestText,
  port: number,
): AskedRequest => ({
  method,
  scheme,
  authority,
  port,
  target,
  headers,
  ...(serverName && { serverName }),
})
