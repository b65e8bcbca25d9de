import type { OwnListener } from '../listeners/own-listener.ts'
import { bySeniority } from '../table/seniority.ts'
import { Hostnames } from '../values/hostnames.ts'
import type { AnyRoute } from './any-route.ts'
import type { Attachment, Parent } from './attach.ts'

/** A route with what became of its parents. */
export interface AttachedRoute {
  readonly route: AnyRoute
  readonly parents: readonly Parent[]
}

/**
 * At one listener a hostname is for HTTPRoutes or for GRPCRoutes: of two kinds whose names have something in common, the
 * older route stays, and the other one is not attached there.
 */
export const withOneKind = (attached: readonly AttachedRoute[]): readonly AttachedRoute[] => {
  const mixed = mixedListeners(attached)
  if (mixed.size === 0) return attached
  const lost = new Map<Attachment, string>()
  const taken = new Map<OwnListener, Map<string, Hostnames<string>>>()
  const oldestFirst = [...attached].sort((left, right) => bySeniority(left.route.seniority, right.route.seniority))
  for (const { route, parents } of oldestFirst)
    for (const attachment of parents.flatMap((parent) => parent.attachments)) {
      const { listener, hostnames } = attachment
      if (!mixed.has(listener)) continue
      const kinds = taken.get(listener) ?? new Map<string, Hostnames<string>>()
      taken.set(listener, kinds)
      const other = kinds.get(route.kind === 'HTTPRoute' ? 'GRPCRoute' : 'HTTPRoute')
      const clash = other && hostnames.flatMap((one) => other.same(one) ?? other.overlapping(one) ?? [])[0]
      if (clash !== undefined) lost.set(attachment, clash)
      else {
        const own = kinds.get(route.kind) ?? new Hostnames<string>()
        kinds.set(route.kind, own)
        for (const hostname of hostnames) own.add(hostname, `${route.kind} ${route.seniority.key}`)
      }
    }
  return lost.size === 0
    ? attached
    : attached.map((one) => ({ ...one, parents: one.parents.map((parent) => without(parent, lost)) }))
}

const mixedListeners = (attached: readonly AttachedRoute[]): ReadonlySet<OwnListener> => {
  const http = new Set<OwnListener>()
  const mixed = new Set<OwnListener>()
  const each = (kind: string, take: (listener: OwnListener) => void): void => {
    for (const { route, parents } of attached)
      if (route.kind === kind) for (const { attachments } of parents) for (const one of attachments) take(one.listener)
  }
  each('HTTPRoute', (listener) => http.add(listener))
  each('GRPCRoute', (listener) => http.has(listener) && mixed.add(listener))
  return mixed
}

const without = (parent: Parent, lost: ReadonlyMap<Attachment, string>): Parent => {
  const attachments = parent.attachments.filter((one) => !lost.has(one))
  if (attachments.length === parent.attachments.length) return parent
  if (attachments.length > 0) return { ...parent, attachments }
  const older = lost.get(parent.attachments[0]!)!
  return {
    ...parent,
    attachments,
    refused: {
      reason: 'HostnameConflict',
      message: `${older} comes first and has a hostname in common with it, which cannot be of two kinds of routes`,
    },
  }
}
