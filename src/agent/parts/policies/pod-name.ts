import { objectKey } from '#objects/object-key.ts'
import type { HeldAddress, PolicyPod } from '#policy/peer.ts'

/** A pod as its network knows it. */
export interface NamedPod {
  readonly uid: string
  readonly namespace: string
  readonly name: string
}

/** One whose network stands. */
interface AttachedPod extends NamedPod {
  readonly addresses: readonly HeldAddress[]
  /** Since when, milliseconds since the epoch. */
  readonly since: number
  /** As the API last told of this very pod; undefined: it has told nothing of it, perhaps of another of its name. */
  readonly told: PolicyPod | undefined
}

/** All that is known at a node of one name. */
export interface PodName {
  /** The one that was attached last at the end: there are several while one goes and another comes. */
  readonly attached: readonly AttachedPod[]
  /** As the API last told of whoever has it. */
  readonly told: PolicyPod | undefined
  /** The uid of one whose network has gone, of whom the API may still tell. */
  readonly gone: string | undefined
}

export const NO_NAME: PodName = { attached: [], told: undefined, gone: undefined }

/** Whether what is told is of the pod with that uid. */
export const isOf = (told: PolicyPod, uid: string): boolean => told.uid === undefined || told.uid === uid

/** The namespace of pods of which, or of whose own, the API has told nothing: none is called so. */
export const UNKNOWN = '?'

/** As what policies know a pod. */
type Place = Pick<PolicyPod, 'namespace' | 'name'>

/** Its own, unless the API tells of another by that name, or of none and another was attached after it. */
export const placeOf = (
  { attached, told }: PodName,
  one: AttachedPod,
  isKnown: (namespace: string) => boolean,
): Place => {
  const { uid, namespace, name } = one
  if (one.told === undefined || !isKnown(namespace))
    return { namespace: UNKNOWN, name: `${objectKey(namespace, name)} ${uid}` }
  const isIts = told?.uid === undefined ? attached.at(-1)?.uid === uid : told.uid === uid
  return { namespace, name: isIts ? name : `${name} ${uid}` }
}

const NOBODY = { labels: {}, ports: [] }

/**
 * All who have, or had, a name, as policies are to know them; last who has the name itself, so that nobody is without what is
 * said of him meanwhile. `node`: where it is asked; `isTaken`: whether an attached pod has an address.
 */
export function podsOf(
  of: PodName,
  node: string,
  isKnown: (namespace: string) => boolean,
  isTaken: (address: HeldAddress) => boolean,
): readonly PolicyPod[] {
  const { attached, told, gone } = of
  const here = attached.map((one): PolicyPod => {
    const { addresses, since } = one
    return { ...NOBODY, ...one.told, node, addresses, since, ...placeOf(of, one, isKnown) }
  })
  const isHere = told === undefined || attached.some(({ uid }) => isOf(told, uid))
  if (!isHere && (gone === undefined || !isOf(told, gone)))
    here.push(told.node === node ? without(told, isTaken) : told)
  const hasName = ({ namespace, name }: PolicyPod): number =>
    Number(namespace === told?.namespace && name === told.name)
  return here.toSorted((one, other) => hasName(one) - hasName(other))
}

/** A pod as it is told, without the addresses that another has by now: what is said of it must not be said of that one. */
const without = (pod: PolicyPod, isTaken: (address: HeldAddress) => boolean): PolicyPod =>
  pod.addresses.some(isTaken) ? { ...pod, addresses: pod.addresses.filter((one) => !isTaken(one)) } : pod
