import type { RequestText } from '../../ask/request-text.ts'
import type { GatewayFacts } from '../../cluster/gateway-facts.ts'
import { nearest } from '../../cluster/nearest.ts'
import { askRequest, look } from '../../diagnose/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import type { ListenerRef } from '../../trace/request/request.ts'
import { withHost } from '../ask-url.ts'
import { servedNames } from '../site.ts'

/** No gateway serves a name, or that which is asked does not. */
export function hostNotServed(
  gateways: GatewayFacts,
  question: Question,
  text: RequestText,
  host: string,
  gateway: ObjectRef | undefined,
): Finding {
  const names = servedNames(gateways)
  const near = nearest(host, names)
  const asked = (near.length > 0 ? near : names.slice(0, 3)).map(exampleOf)
  return {
    reason: 'host-not-served',
    host,
    ...(gateway && { gateway }),
    near: near.length > 0 ? near : names.slice(0, 3),
    cures:
      asked.length > 0
        ? asked.slice(0, 2).map((one) => askRequest(withHost(question, text, one), { code: 'ask-host', host: one }))
        : [look({ code: 'show-route' }, 'kubectl', 'get', 'httproutes,ingresses', '-A')],
  }
}

/** A name that a hostname with a star is for. */
const exampleOf = (hostname: string): string => hostname.replace(/^\*\./, 'www.')

/** The name that TLS was asked for leads to another listener. */
export const misdirected = (
  question: Question,
  text: RequestText,
  host: string,
  serverName: string,
  listener: ListenerRef,
): Finding => ({
  reason: 'misdirected',
  serverName,
  host,
  listener,
  cures: [askRequest(withHost(question, text, host), { code: 'ask-host', host })],
})

/** Path or host cannot be read in one way alone. */
export const requestMalformed = (part: 'path' | 'host', text: string): Finding => ({
  reason: 'request-malformed',
  part,
  text,
  cures: [],
})
