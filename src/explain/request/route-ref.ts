import type { Entry } from '#routes/table/entry.ts'
import type { Origin } from '#routes/table/origin.ts'
import type { Listener, RoutingTable } from '#routes/table/table.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { ListenerRef } from '../trace/request/request.ts'
import type { RouteRef } from '../trace/request/route-ref.ts'

/** An object of a table, as the trace names it. */
export const originRef = ({ kind, namespace, name }: Origin): ObjectRef => ({
  kind,
  ...(namespace && { namespace }),
  name,
})

/** The rule of an entry, as the trace has it. */
export const ruleRef = ({ hostname, path, method, headers, query, rule }: Entry): RouteRef => ({
  route: originRef(rule.origin),
  index: rule.index,
  ...(rule.name && { name: rule.name }),
  match: { ...(hostname && { hostname }), path, ...(method && { method }), headers, query },
})

/** A listener of a port, as the trace has it. */
export const listenerRef = ({ certificates }: RoutingTable, listener: Listener, port: number): ListenerRef => ({
  owner: originRef(listener.origin),
  name: listener.name,
  port,
  ...(listener.hostname && { hostname: listener.hostname }),
  protocol: listener.protocol,
  certificates:
    listener.tls?.mode === 'Terminate'
      ? listener.tls.certificates.flatMap((key) => {
          const found = certificates.get(key)
          return found ? [originRef(found.origin)] : []
        })
      : [],
})
