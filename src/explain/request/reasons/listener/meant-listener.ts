import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import { KINDS } from '#routes/listeners/own-listener.ts'
import { compareHostnames, matchesHostname } from '#routes/table/hostname.ts'
import type { ListenerOwner } from '../../../cluster/listener-owners.ts'
import { isLike, unlikeness } from '../../../cluster/nearest.ts'
import { patch } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import type { Unattached } from '../../claims.ts'
import { takesRoute } from './let-in.ts'
import { fitsBeside, isTo, ledTo, refsTo } from './parent-refs.ts'

/** What was asked: a host, '' where there is none, at a port of the Gateway. */
export interface AskedListener {
  readonly host: string
  readonly port: number
}

/** A route as kubectl has it. */
export const routeWord = (kind: Unattached['route']['kind']) => WORDS[kind]

const WORDS = {
  HTTPRoute: 'httproute',
  GRPCRoute: 'grpcroute',
  TLSRoute: 'tlsroute',
  TCPRoute: 'tcproute',
  UDPRoute: 'udproute',
} as const

/**
 * Leads a parent of a route to one listener that is meant and has the host: that whose name is like the one it names, else one
 * at the port that was asked, else the only one. Never to all, lest what is for TLS alone be had without.
 */
export const meantListenerCures = (owner: ListenerOwner, one: Unattached, asked: AskedListener): readonly Cure[] => {
  const ref = one.route.spec.parentRefs?.[one.parentIndex]
  const meant = meantListener(owner, one, asked)
  if (ref === undefined || meant === undefined) return []
  const fields = { sectionName: meant.name, port: meant.port } as const
  const wrong = (['sectionName', 'port'] as const).filter((field) => ref[field] && ref[field] !== fields[field])
  if (wrong.length === 0) return []
  return [
    patch(
      { code: 'mean-listener', listener: meant.name },
      routeWord(one.route.kind),
      one.route,
      wrong.map((field) => ({
        op: 'replace',
        path: `/spec/parentRefs/${one.parentIndex}/${field}`,
        value: fields[field],
      })),
    ),
  ]
}

const meantListener = (owner: ListenerOwner, one: Unattached, asked: AskedListener): Listener | undefined => {
  const { kind, metadata, spec } = one.route
  const ref = spec.parentRefs?.[one.parentIndex]
  const { sectionName = '' } = ref ?? {}
  const others = refsTo(one.route, one.parent).filter((other) => other !== ref)
  const able = owner.listeners.filter(
    (listener) => KINDS.get(listener.protocol)?.includes(kind) && matchesHostname(nameOf(listener), 'many', asked.host),
  )
  const free = able.filter((listener) => fitsBeside(ledTo(ref ?? {}, listener), others))
  const like = free
    .filter(({ name }) => isLike(name, sectionName))
    .sort((left, right) => unlikeness(left.name, sectionName) - unlikeness(right.name, sectionName))
  if (like[0] !== undefined) return like[0]
  const takes = (listener: Listener) => Number(takesRoute(owner, listener, kind, metadata?.namespace ?? ''))
  const [best] = free
    .filter(({ port }) => port === asked.port)
    .sort((left, right) => takes(right) - takes(left) || compareHostnames(nameOf(left), nameOf(right)))
  return best ?? (able.length === 1 ? free[0] : undefined)
}

const nameOf = ({ hostname = '' }: Listener): string => hostname.toLowerCase()

/**
 * A host that the listeners named by a route's parent have not: another one of its owner has it, or is made like the one that is
 * named. A route that names a section is led there next.
 */
export const hostListenerCures = (owner: ListenerOwner, one: Unattached, asked: AskedListener): readonly Cure[] => {
  const ref = one.route.spec.parentRefs?.[one.parentIndex]
  const others = meantListenerCures(owner, one, asked)
  if (others.length > 0) return others
  const like = owner.listeners.find((listener) => isTo(ref ?? {}, listener))
  if (like === undefined) return []
  const { host } = asked
  const value = { ...like, name: host.replaceAll('.', '-'), hostname: host }
  return [
    patch({ code: 'add-listener', hostname: host, gateway: one.parent }, owner.word, owner.object, [
      { op: 'add', path: '/spec/listeners/-', value },
    ]),
  ]
}
