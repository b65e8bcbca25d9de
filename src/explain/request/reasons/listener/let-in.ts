import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import { KINDS } from '#routes/listeners/own-listener.ts'
import { kindsOf } from '#routes/listeners/read-listener.ts'
import { GATEWAY_GROUP } from '#routes/references/grants.ts'
import type { ListenerOwner } from '../../../cluster/listener-owners.ts'
import { refOf } from '../../../cluster/reference.ts'
import { patch, run } from '../../../diagnose/cure.ts'
import type { Cure } from '../../../trace/cure.ts'
import { lookAtOwner } from '../look-at.ts'

interface Placed {
  readonly listener: Listener
  /** Its place in its owner. */
  readonly index: number
}

/**
 * What lets a route of a kind and a namespace attach to listeners that do not take it: first its kind, then its namespace. `meant`
 * says which of its owner's listeners it should be at: others stay as closed as they are.
 */
export const letInCures = (
  owner: ListenerOwner,
  { kind, namespace }: { readonly kind: string; readonly namespace: string },
  meant: (listener: Listener) => boolean,
): readonly Cure[] => {
  const able = owner.listeners
    .map((listener, index) => ({ listener, index }))
    .filter(({ listener }) => meant(listener) && KINDS.get(listener.protocol)?.includes(kind))
  if (able.length === 0) return [lookAtOwner(owner)]
  const taking = able.filter(({ listener }) => kindsOf(listener).kinds.includes(kind))
  if (taking.length > 0) return namespaceCures(owner, namespace, taking)
  const closed = able.filter(({ listener }) => isClosed(listener, owner, namespace))
  return [
    patch(
      { code: 'let-kind-attach', kind, listener: namesOf(able) },
      owner.word,
      owner.object,
      able.map(({ index }) => ({
        op: 'add',
        path: `/spec/listeners/${index}/allowedRoutes/kinds/-`,
        value: { group: GATEWAY_GROUP, kind },
      })),
    ),
    ...(closed.length === able.length ? namespaceCures(owner, namespace, closed) : []),
  ]
}

const namesOf = (placed: readonly Placed[]): string => placed.map(({ listener }) => listener.name).join(', ')

const fromOf = ({ allowedRoutes }: Listener): string => allowedRoutes?.namespaces?.from ?? 'Same'

/** Whether a listener may take a route of a kind and a namespace: of selectors nobody here knows. */
export const takesRoute = (owner: ListenerOwner, listener: Listener, kind: string, namespace: string): boolean =>
  kindsOf(listener).kinds.some((one) => one === kind) && !isClosed(listener, owner, namespace)

/** Whether it surely takes nothing of a namespace; of selectors nobody here knows. */
const isClosed = (listener: Listener, { ref }: ListenerOwner, namespace: string): boolean =>
  fromOf(listener) === 'Same' && namespace !== ref.namespace

const namespaceCures = (owner: ListenerOwner, namespace: string, placed: readonly Placed[]): readonly Cure[] => {
  const selecting = placed.filter(({ listener }) => fromOf(listener) === 'Selector')
  for (const { listener } of selecting) {
    const { matchLabels = {}, matchExpressions = [] } = listener.allowedRoutes?.namespaces?.selector ?? {}
    if (Object.keys(matchLabels).length > 0 && matchExpressions.length === 0)
      return [labelNamespace(namespace, matchLabels)]
  }
  // Whoever is let in by an expression stays so: it is not to be written anew.
  const closed = placed.filter(({ listener }) => isClosed(listener, owner, namespace))
  return closed.length === 0 ? [lookAtOwner(owner)] : [letNamespaceIn(owner, namespace, closed)]
}

/** Beside the owner's own namespace, which was let in before. */
const letNamespaceIn = ({ ref, word, object }: ListenerOwner, namespace: string, placed: readonly Placed[]): Cure => {
  const values = [namespace, ref.namespace]
  const expression = { key: 'kubernetes.io/metadata.name', operator: 'In', values }
  const namespaces = { from: 'Selector', selector: { matchExpressions: [expression] } }
  return patch(
    { code: 'let-namespace-attach', namespace, listener: namesOf(placed) },
    word,
    object,
    placed.map(({ listener: { allowedRoutes }, index }) => {
      const path = `/spec/listeners/${index}/allowedRoutes`
      return allowedRoutes === undefined
        ? { op: 'add', path, value: { namespaces } }
        : { op: 'add', path: `${path}/namespaces`, value: namespaces }
    }),
  )
}

/** What lets a ListenerSet's namespace add listeners to a Gateway that does not take it; none where only a person can say. */
export const letSetInCures = (gateway: Gateway, namespace: string): readonly Cure[] => {
  const { from = 'None', selector } = gateway.spec.allowedListeners?.namespaces ?? {}
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {}
  if (from === 'Selector')
    return matchExpressions.length > 0 || Object.keys(matchLabels).length === 0
      ? []
      : [labelNamespace(namespace, matchLabels)]
  const own = gateway.metadata?.namespace ?? ''
  const values = from === 'Same' ? [namespace, own] : [namespace]
  const expression = { key: 'kubernetes.io/metadata.name', operator: 'In', values }
  const namespaces =
    namespace === own ? { from: 'Same' } : { from: 'Selector', selector: { matchExpressions: [expression] } }
  const effect = { code: 'let-listeners-in', namespace, gateway: refOf('Gateway', gateway) } as const
  return [patch(effect, 'gateway', gateway, { spec: { allowedListeners: { namespaces } } })]
}

const labelNamespace = (name: string, labels: Readonly<Record<string, string>>): Cure =>
  run(
    { code: 'label-namespace', object: { kind: 'Namespace', name }, labels },
    ...['kubectl', 'label', 'namespace', name],
    ...Object.entries(labels).map(([key, value]) => `${key}=${value}`),
  )
