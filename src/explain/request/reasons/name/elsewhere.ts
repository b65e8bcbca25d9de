import type { SitePort } from '#routes/table/table.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { isLikeHost } from '../../../cluster/nearest.ts'
import { askRequest } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { ServedName } from '../../../trace/findings/request.ts'
import { urlOf, withHost } from '../../ask-url.ts'
import { hostFar } from '../../misses.ts'
import type { AskedAt } from '../../place.ts'
import { originRef } from '../../route-ref.ts'
import { isServed } from '../../serve.ts'
import { exampleOf, namesOf } from '../../site.ts'

/** Another name, port or gateway at which what was asked for is served; `far`: how unlike the name is. */
interface Elsewhere {
  readonly served: ServedName
  readonly far: number
  readonly cure: Cure
}

const MOST = 3

/** Where else the request would be taken, the nearest first: the same name at another port, a name like it at any gateway. */
export const elsewhere = (gateways: GatewayFacts, asked: AskedAt, host: string): readonly Elsewhere[] => {
  const { table } = gateways.routes
  const { place, text } = asked
  const found = table.sites.flatMap(({ origin, ports }) =>
    ports.flatMap((port) => {
      const isHere = originKey(origin) === originKey(place.site) && port.port === place.port
      // By a node’s port and by another address the gateway's other ports have other numbers, and its neighbours none.
      if (isHere || text.isAddress) return []
      const names = namesOf(port).map(exampleOf)
      return [...new Set([host, ...names.filter((name) => name !== host && isLikeHost(name, host))])]
        .filter((name) => takes(gateways, port, asked, name))
        .map((name) => ({ name, origin, port }))
    }),
  )
  return found
    .map(({ name, origin, port }): Elsewhere => {
      const scheme = schemeOf(port)
      const served = { host: name, gateway: originRef(origin), port: port.port, scheme }
      return { served, far: hostFar(name, host), cure: askThere(asked, served, originKey(origin)) }
    })
    .sort((one, other) => one.far - other.far || Number(isSame(other, text)) - Number(isSame(one, text)))
    .filter(({ served }, at, all) => all.findIndex((one) => one.served.host === served.host) === at)
    .slice(0, MOST)
}

const schemeOf = ({ kind }: SitePort): 'http' | 'https' => (kind === 'tls' ? 'https' : 'http')

const isSame = ({ served }: Elsewhere, { scheme, port }: AskedAt['text']): boolean =>
  served.scheme === scheme && served.port === port

/** As `--gateway` has it. */
const originKey = ({ kind, namespace, name }: { kind: string; namespace?: string; name: string }): string =>
  kind === 'Gateway' ? `${namespace}/${name}` : name

const takes = (gateways: GatewayFacts, port: SitePort, { text }: AskedAt, host: string): boolean => {
  const { serverName: _, ...plain } = text
  return isServed(gateways, port, {
    ...plain,
    authority: host,
    host,
    ...(port.kind === 'tls' && { serverName: host }),
  })
}

const askThere = ({ question, text }: AskedAt, { host, port, scheme }: ServedName, gateway: string): Cure => {
  const at = { ...text, scheme, port }
  const { to } = withHost(question, at, host)
  const there = { ...question, to: to === question.to ? urlOf(at) : to, ...(question.gateway && { gateway }) }
  return askRequest(there, host === text.host ? { code: 'ask-gateway-port', port, scheme } : { code: 'ask-host', host })
}
