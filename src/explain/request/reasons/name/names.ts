import type { SitePort } from '#routes/table/table.ts'
import type { RequestText } from '../../../ask/request-text.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { nearestHosts } from '../../../cluster/nearest.ts'
import { askRequest } from '../../../diagnose/cure.ts'
import type { Finding } from '../../../trace/finding.ts'
import type { Question } from '../../../trace/question.ts'
import type { ListenerRef } from '../../../trace/request/request.ts'
import { withHost } from '../../ask-url.ts'
import type { AskedAt } from '../../place.ts'
import { originRef } from '../../route-ref.ts'
import { entryFor, exampleOf, servedNames } from '../../site.ts'
import { lookAtRoutes } from '../look-at.ts'
import { elsewhere } from './elsewhere.ts'

/** No gateway serves a name, or that which is asked does not. */
export function hostNotServed(
  gateways: GatewayFacts,
  { question, text, place }: Omit<AskedAt, 'place'> & Partial<AskedAt>,
  host: string,
): Finding {
  const others = place === undefined ? [] : elsewhere(gateways, { question, text, place }, host)
  const namesBy = (...kinds: SitePort['kind'][]) => servedNames(gateways, kinds).filter((name) => name !== host)
  const [names, askable] = [namesBy('http', 'tls'), namesBy(text.scheme === 'https' ? 'tls' : 'http')]
  const near = nearestHosts(host, names)
  const ports = gateways.routes.table.sites.flatMap((site) => site.ports)
  // A listener alone answers nothing.
  const asked = nearestHosts(host, askable)
    .map(exampleOf)
    .filter((one) => ports.some((port) => entryFor(port, one) !== undefined))
  const isOther = (one: string): boolean => others.some(({ served }) => served.host === one)
  const cures = [
    ...others.map(({ cure }) => cure),
    ...asked
      .filter((one) => !isOther(one))
      .map((one) => askRequest(withHost(question, text, one), { code: 'ask-host', host: one })),
  ]
  return {
    reason: 'host-not-served',
    host,
    ...(place && { gateway: originRef(place.site) }),
    near: near.length > 0 ? near : names.slice(0, 3),
    ...(others.length > 0 && { elsewhere: others.map(({ served }) => served) }),
    cures: cures.length > 0 ? cures.slice(0, 2) : [lookAtRoutes],
  }
}

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
