import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import type { ListenerSet } from '#api/gatewayapi/listenerset/message.ts'
import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { GatewayFacts } from './gateway-facts.ts'
import { refOf } from './reference.ts'

/** A Gateway or a ListenerSet: what routes hang on. */
export interface ListenerOwner {
  readonly ref: ObjectRef
  /** As kubectl has it. */
  readonly word: 'gateway' | 'listenerset'
  readonly object: Gateway | ListenerSet
  readonly listeners: readonly Listener[]
  /** At whose addresses it listens: a Gateway itself, and the one that a ListenerSet names, be it there or not. */
  readonly gateway: ObjectRef
}

/** All Gateways, and then all ListenerSets, by `ownerKey`. */
export const listenerOwners = ({ objects }: Pick<GatewayFacts, 'objects'>): ReadonlyMap<string, ListenerOwner> =>
  new Map(
    [...objects.gateways.map(gatewayOwner), ...objects.listenerSets.map(setOwner)].map((one) => [
      ownerKey(one.ref),
      one,
    ]),
  )

export const ownerKey = ({ kind, namespace, name }: ObjectRef): string => `${kind} ${namespace}/${name}`

/** The Gateway, and ListenerSets that name it. */
export const ownersAt = (gateways: GatewayFacts, gateway: ObjectRef): readonly ListenerOwner[] => {
  const key = ownerKey(gateway)
  return [...listenerOwners(gateways).values()].filter((one) => ownerKey(one.gateway) === key)
}

const gatewayOwner = (object: Gateway): ListenerOwner => {
  const ref = refOf('Gateway', object)
  return { ref, word: 'gateway', object, listeners: object.spec.listeners ?? [], gateway: ref }
}

const setOwner = (object: ListenerSet): ListenerOwner => {
  const ref = refOf('ListenerSet', object)
  const { kind = 'Gateway', namespace = ref.namespace ?? '', name } = object.spec.parentRef
  return {
    ref,
    word: 'listenerset',
    object,
    listeners: object.spec.listeners ?? [],
    gateway: { kind, namespace, name },
  }
}
