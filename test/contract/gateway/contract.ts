import { attachedRoutes } from './attachment.ts'
import type { GatewayHit } from './clauses.ts'
import { handled } from './handling.ts'
import { byIngresses } from './ingress.ts'
import { mostSpecific, type OwnedListener, servedListeners } from './listeners.ts'
import { takerOf } from './matching.ts'
import type { GatewayObjects, GatewayRequest, Outcome, Reading } from './model.ts'
import { nameOf, normalise } from './paths.ts'

const status = (...statuses: readonly number[]): Outcome => ({ kind: 'status', statuses })

/**
 * What may become of a request: what the Gateway API and Ingresses promise, stated from API objects alone. Of several
 * outcomes each is right, since what they promise can be read in several ways.
 */
export function allowed(
  objects: GatewayObjects,
  request: GatewayRequest,
  hit: GatewayHit = () => {},
): readonly Outcome[] {
  return readingsOf(objects, request).flatMap((reading) => {
    const path = normalise(request.target, reading, hit)
    const outcomes =
      request.to === 'ingresses'
        ? byIngresses(objects, request, path, reading, hit)
        : byGateway(objects, request.to, { request, reading, path }, hit)
    return path.mayBeRefused ? [...outcomes, status(400)] : outcomes
  })
}

/** All ways to read what the API leaves open, of those that make a difference for a request. */
function readingsOf({ httpRoutes }: GatewayObjects, { to, headers, target }: GatewayRequest): readonly Reading[] {
  const endsInSlash = httpRoutes.some(({ spec }) =>
    spec.rules?.some(({ filters }) =>
      filters?.some(({ urlRewrite, requestRedirect }) =>
        (urlRewrite ?? requestRedirect)?.path?.replacePrefixMatch?.endsWith('/'),
      ),
    ),
  )
  const replacements = endsInSlash ? (['as-written', 'without-slash'] as const) : (['as-written'] as const)
  const names = headers.map(([name]) => name.toLowerCase())
  const isRepeated = new Set(names).size < names.length || headers.some(([, value]) => value.includes(','))
  const ofHeaders = isRepeated ? (['first', 'any', 'comma', 'comma-blank'] as const) : (['first'] as const)
  const [path = '', query = ''] = target.split('?')
  const ofQuery = /[%+]/.test(query) ? (['sent', 'decoded'] as const) : (['sent'] as const)
  const ofSlashes = path.includes('//') ? (['before', 'after'] as const) : (['before'] as const)
  return ofHeaders.flatMap((one) =>
    ofQuery.flatMap((two) =>
      ofSlashes.flatMap((three): readonly Reading[] => {
        const reading = {
          headers: one,
          query: two,
          slashes: three,
          defaults: 'of-all',
          expressions: 'last',
          replacement: 'as-written',
        } as const
        const ofIngresses = (['of-all', 'of-hosts'] as const).flatMap((defaults) =>
          (['by-length', 'last'] as const).map((expressions) => ({
            defaults,
            expressions,
            hostnames: 'shared' as const,
          })),
        )
        const ofGateways = (['written', 'shared'] as const).flatMap((hostnames) =>
          replacements.map((replacement) => ({ hostnames, replacement })),
        )
        return (to === 'ingresses' ? ofIngresses : ofGateways).map((own) => ({ ...reading, ...own }))
      }),
    ),
  )
}

interface Asked {
  readonly request: GatewayRequest
  readonly reading: Reading
  readonly path: ReturnType<typeof normalise>
}

function byGateway(
  objects: GatewayObjects,
  to: { readonly namespace: string; readonly name: string },
  { request, reading, path }: Asked,
  hit: GatewayHit,
): readonly Outcome[] {
  const gateway = objects.gateways.find(
    ({ metadata }) => metadata?.namespace === to.namespace && metadata?.name === to.name,
  )
  const protocol = request.scheme === 'https' ? 'HTTPS' : 'HTTP'
  const listeners = (gateway ? servedListeners(objects, gateway, hit) : []).filter(
    ({ listener }) => listener.port === request.port && listener.protocol === protocol,
  )
  if (listeners.length === 0) return [{ kind: 'unserved' }]
  const hostnameOf = ({ listener }: OwnedListener) => listener.hostname ?? ''
  const name = nameOf(request.host)
  if (name !== request.host) hit('listener/host-form')
  const listener = mostSpecific(listeners, hostnameOf, name, hit)
  if (request.scheme === 'https') {
    const chosen = mostSpecific(listeners, hostnameOf, nameOf(request.sni ?? ''))
    // Without a listener for the name there is no certificate for it either.
    if (chosen === undefined) return [{ kind: 'unserved' }, status(404, 421)]
    if (listener !== undefined && listener !== chosen) {
      hit('sni/misdirected')
      return [status(421)]
    }
    if (listener === undefined) hit('sni/unknown')
  }
  if (listener === undefined) {
    hit('listener/none')
    return [status(404)]
  }
  if (hostnameOf(listener) === '' && listeners.length > 1) hit('listener/all')
  const routes = attachedRoutes(objects, listener, hit)
  const taker = takerOf(routes, request, path, name, reading, hit)
  if (taker === undefined) {
    if (listeners.length > 1) hit('listener/isolation')
    hit('match/none')
    return [status(404)]
  }
  return [handled(objects, taker, request, path, reading, hit)]
}
