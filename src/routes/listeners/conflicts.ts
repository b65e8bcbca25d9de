import type { Fault } from '../values/fault.ts'
import { Hostnames } from '../values/hostnames.ts'
import { familyOf, type OwnListener } from './own-listener.ts'

/**
 * Listeners of one Gateway and of its ListenerSets, a group each, in order of precedence. Who was there first stays: a
 * listener of a later group that cannot stand beside it is in conflict. Of those of one group that cannot stand beside
 * each other none is served, since nothing says which was meant.
 */
export const withConflicts = (groups: readonly (readonly OwnListener[])[]): readonly (readonly OwnListener[])[] => {
  const taken = new Claims()
  return groups.map((group) => {
    const judged = group.map((listener) => withConflict(listener, taken.against(listener)))
    const rest = judged.filter(isClaimant)
    const settled = judged.map((listener) =>
      isClaimant(listener) ? withConflict(listener, mutual(listener, rest)) : listener,
    )
    for (const listener of settled) if (isClaimant(listener)) taken.add(listener)
    return settled
  })
}

/** One with an unknown protocol claims nothing; one that is not served for another reason keeps its place. */
const isClaimant = (listener: OwnListener): boolean =>
  listener.conflict === undefined && familyOf(listener.spec) !== undefined

const withConflict = (listener: OwnListener, conflict: Fault | undefined): OwnListener =>
  conflict === undefined ? listener : { ...listener, conflict, isServed: false }

const mutual = (listener: OwnListener, others: readonly OwnListener[]): Fault | undefined => {
  for (const other of others) {
    const fault = other === listener ? undefined : conflictOf(listener, other)
    if (fault !== undefined) return fault
  }
  return undefined
}

/** The clash of two at one port: over the protocol, or over the hostname. */
const conflictOf = (listener: OwnListener, other: OwnListener): Fault | undefined => {
  if (listener.spec.port !== other.spec.port) return undefined
  const own = familyOf(listener.spec)
  const its = familyOf(other.spec)
  if ((own === 'udp') !== (its === 'udp')) return undefined
  const place = `port ${listener.spec.port}`
  if (own !== its)
    return {
      reason: 'ProtocolConflict',
      message: `${place} is used for ${other.spec.protocol} by ${nameOf(other)}, so that it cannot be for ${listener.spec.protocol}`,
    }
  const named = own === 'http' || own === 'tls'
  if (named && listener.hostname !== other.hostname) return undefined
  const hostname = named ? ` with the hostname ${JSON.stringify(listener.hostname)}` : ''
  return { reason: 'HostnameConflict', message: `${place}${hostname} is used by ${nameOf(other)} as well` }
}

const nameOf = ({ owner, spec }: OwnListener): string => `listener ${spec.name} of ${owner.kind} ${owner.name}`

/** What has been claimed, by port and hostname, so that a thousand listeners need not be compared with each other. */
class Claims {
  readonly #byPort = new Map<number, Map<string, OwnListener>>()

  add(listener: OwnListener): void {
    const port = this.#byPort.get(listener.spec.port) ?? new Map<string, OwnListener>()
    this.#byPort.set(listener.spec.port, port)
    port.set(`${familyOf(listener.spec)} ${listener.hostname}`, listener)
  }

  against(listener: OwnListener): Fault | undefined {
    const port = this.#byPort.get(listener.spec.port)
    const family = familyOf(listener.spec)
    if (port === undefined || family === undefined) return undefined
    const same = port.get(`${family} ${listener.hostname}`)
    if (same !== undefined) return conflictOf(listener, same)
    for (const other of port.values()) {
      const fault = conflictOf(listener, other)
      if (fault !== undefined) return fault
      // All others of the port that is no UDP's are of one family.
      if ((family === 'udp') === (familyOf(other.spec) === 'udp')) return undefined
    }
    return undefined
  }
}

/**
 * Marks those of one port whose names overlap, as `*.shop.test` and `a.shop.test` do: a client that keeps a connection
 * for several names might use one for the other.
 */
export const withOverlaps = (listeners: readonly OwnListener[]): readonly OwnListener[] => {
  const secure = listeners.filter(isSecure)
  if (secure.length < 2) return listeners
  const byPort = new Map<number, Hostnames<OwnListener>>()
  for (const listener of secure) {
    const names = byPort.get(listener.spec.port) ?? new Hostnames()
    byPort.set(listener.spec.port, names)
    names.add(listener.hostname, listener)
  }
  return listeners.map((listener) => {
    const other = isSecure(listener) ? byPort.get(listener.spec.port)?.overlapping(listener.hostname) : undefined
    return other === undefined ? listener : { ...listener, overlaps: nameOf(other) }
  })
}

const isSecure = (one: OwnListener): boolean => one.conflict === undefined && familyOf(one.spec) === 'tls'
