import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import type { Entry } from '#routes/table/entry.ts'
import { matchesHostname } from '#routes/table/hostname.ts'
import type { Origin } from '#routes/table/origin.ts'
import { headerName, type RequestText, requestText } from '../../../ask/request-text.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { listenerOwners, ownerKey } from '../../../cluster/listener-owners.ts'
import { askRequest, look, or, patch } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { Finding } from '../../../trace/finding.ts'
import type { Question } from '../../../trace/question.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import type { ListenerRef } from '../../../trace/request/request.ts'
import type { NearMiss, RuleValue } from '../../../trace/request/route-ref.ts'
import { urlOf, withHost } from '../../ask-url.ts'
import { namedRoutes } from '../../claims.ts'
import { hostFar, type RequestParts } from '../../misses.ts'
import type { AskedAt } from '../../place.ts'
import { ruleRef } from '../../route-ref.ts'
import { isServed } from '../../serve.ts'
import { exampleOf, servedAt } from '../../site.ts'
import { isTo } from '../listener/parent-refs.ts'
import { lookAt } from '../look-at.ts'
import { elsewhere } from '../name/elsewhere.ts'
import { attachHereCure } from './attach-here.ts'

/** No rule of the listener takes the request: ask as the nearest want it. */
export function noRule(
  gateways: GatewayFacts,
  asked: AskedAt,
  parts: RequestParts,
  listener: ListenerRef,
  nearly: readonly NearMiss[],
): Finding {
  const { question, text } = asked
  const isHost = nearly.some(({ rule, misses }) => rule.match.hostname && misses.every(({ code }) => code !== 'host'))
  // Where a rule for the host is near, it is the host that is meant.
  const others = elsewhere(gateways, asked, parts.host).filter(
    ({ far, served }) => far === 0 || !(isHost || nearly.some(({ rule }) => rule.match.hostname === served.host)),
  )
  const cures = [
    ...others.map(({ far, cure }) => ({ far, cure })),
    ...nearly.flatMap(({ rule, misses }) => {
      const wanted = asRuleWants(question, text, { rule, misses })
      if (wanted === undefined || !isAnswered(gateways, asked, wanted)) return []
      const { hostname = '' } = rule.match
      const isNamed = hostname !== '' && misses.every(({ code }) => code !== 'host')
      const cure = askRequest(wanted, { code: 'ask-as-rule', rule })
      return [{ far: isNamed ? 0 : hostFar(hostname, parts.host), cure }]
    }),
  ]
    .sort((one, other) => one.far - other.far)
    .slice(0, 2)
    .map(({ cure }) => cure)
  const here = attachHereCure(gateways, asked.place.site, listener, parts.host)
  const all = [...cures, ...(here ? [here] : [])].map((cure, index): Cure => (index === 0 ? cure : or(cure)))
  const route = nearly[0]?.rule.route
  return {
    reason: 'no-rule',
    listener,
    host: parts.host,
    path: parts.path,
    nearly,
    ...(others.length > 0 && { elsewhere: others.map(({ served }) => served) }),
    cures:
      all.length > 0
        ? all
        : [
            route === undefined
              ? look({ code: 'show-route' }, 'kubectl', 'get', routeKinds(listener), '-A')
              : lookAt(route),
          ],
  }
}

/** Whether a rule of the port that is asked leads somewhere with what is asked in its place. */
const isAnswered = (gateways: GatewayFacts, { place }: AskedAt, wanted: Question): boolean => {
  const text = requestText(wanted)
  const port = servedAt(gateways, place.site)?.ports.find((one) => one.port === place.port)
  return text !== undefined && port !== undefined && isServed(gateways, port, text)
}

/** What may have rules at a listener. */
const routeKinds = ({ owner, protocol }: ListenerRef): string =>
  owner.kind === 'IngressClass' ? 'ingresses' : protocol === 'TLS' ? 'tlsroutes' : 'httproutes,grpcroutes'

/** The question with what a rule misses; undefined where nobody can tell what that would be. */
const asRuleWants = (question: Question, text: RequestText, { rule, misses }: NearMiss): Question | undefined => {
  let asked = question
  let { target } = text
  const { path } = rule.match
  for (const miss of misses) {
    if (miss.code === 'host') asked = withHost(asked, text, exampleOf(miss.hostname))
    else if (miss.code === 'path') {
      if (path.type === 'RegularExpression') return undefined
      target = `${path.value}${/\?.*$/.exec(target)?.[0] ?? ''}`
    } else if (miss.code === 'method') asked = { ...asked, method: miss.method }
    else if (miss.wanted.type === 'RegularExpression') return undefined
    else if (miss.code === 'header')
      asked = { ...asked, headers: [...otherHeaders(asked, miss.wanted), `${miss.wanted.name}: ${miss.wanted.value}`] }
    else target = withParameter(target, miss.wanted)
  }
  const url = /^([a-z]+:\/\/[^/?#]*)/i.exec(asked.to)?.[1]
  return target === text.target ? asked : { ...asked, to: `${url}${target}` }
}

const otherHeaders = ({ headers = [] }: Question, { name }: RuleValue): readonly string[] =>
  headers.filter((one) => headerName(one) !== name.toLowerCase())

const withParameter = (target: string, { name, value }: RuleValue): string => {
  const path = target.replace(/\?.*$/, '')
  const own = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`
  const others = target
    .slice(path.length + 1)
    .split('&')
    .filter((pair) => pair !== '' && ![name, encodeURIComponent(name)].includes(pair.split('=')[0]!))
  return `${path}?${[...others, own].join('&')}`
}

/** The redirect leads to where the request came from. One to https is for the port without TLS alone. */
export function redirectLoop(
  gateways: GatewayFacts,
  site: Origin,
  host: string,
  entry: Entry,
  location: string,
): Finding {
  const rule = ruleRef(entry)
  const plain = location.startsWith('https:') ? plainCure(gateways, site, host, rule.route) : undefined
  return { reason: 'redirect-loop', rule, location, cures: [plain ?? lookAt(rule.route)] }
}

/** Leaves a route at the listener for a host without TLS alone: where it is at all of a gateway, and where it names others too. */
const plainCure = (gateways: GatewayFacts, site: Origin, host: string, route: ObjectRef): Cure | undefined => {
  const object = namedRoutes(gateways).find(
    ({ kind, metadata }) =>
      kind === route.kind && metadata?.name === route.name && metadata.namespace === route.namespace,
  )
  if (object === undefined) return undefined
  const owners = listenerOwners(gateways)
  const refs = (object.spec.parentRefs ?? []).map((ref, index) => {
    const { kind = 'Gateway', namespace = object.metadata?.namespace ?? '', name, sectionName, port } = ref
    const owner = owners.get(ownerKey({ kind, namespace, name }))
    const isHere = owner !== undefined && ownerKey(owner.gateway) === ownerKey(site)
    const meant = (isHere ? owner.listeners : []).filter((one) => isTo({ sectionName, port }, one))
    return { index, isNamed: Boolean(sectionName || port), plain: meant.find((one) => isPlain(one, host)), meant }
  })
  const whole = refs.find(({ isNamed, plain }) => !isNamed && plain !== undefined)
  const plain = (whole ?? refs.find((one) => one.plain !== undefined))?.plain
  if (plain === undefined) return undefined
  const secure = refs.filter(({ meant }) => meant.length > 0 && meant.every(({ protocol }) => protocol === 'HTTPS'))
  const operations = [
    ...(whole ? [{ op: 'add', path: `/spec/parentRefs/${whole.index}/sectionName`, value: plain.name }] : []),
    // The last one first, so that those before it keep their places.
    ...secure.reverse().map(({ index }) => ({ op: 'remove', path: `/spec/parentRefs/${index}` })),
  ]
  if (operations.length === 0) return undefined
  return patch({ code: 'attach-to-listener', listener: plain.name }, 'httproute', object, operations)
}

const isPlain = ({ protocol, hostname = '' }: Listener, host: string): boolean =>
  protocol === 'HTTP' && matchesHostname(hostname.toLowerCase(), 'many', host)

/** TLS is spoken where there is none, or the other way round. */
export const schemeMistaken = (
  question: Question,
  text: RequestText,
  gateway: ObjectRef,
  speaks: 'http' | 'https',
): Finding => ({
  reason: 'scheme-mistaken',
  gateway,
  port: text.port,
  speaks,
  cures: [
    askRequest(
      { ...question, to: urlOf({ ...text, scheme: speaks }) },
      { code: 'ask-gateway-port', port: text.port, scheme: speaks },
    ),
  ],
})
