import { RuntimeError, type RuntimeErrorCode } from '../runtime-error.ts'
import type { Image } from './image.ts'
import type { ImageReference } from './image-reference.ts'

/** A built-in image that does the work of another, whose registry is out of reach. */
interface StandIn {
  readonly builtIn: string
  /** What its program is told first, before the arguments of the container. */
  readonly verb: string
  /** As whom the other runs. */
  readonly user: string
}

/**
 * By the name that the other has, whatever the tag. One is here only if it does all that the other is used for, or refuses
 * what it does not by name.
 */
const STAND_INS: Readonly<Record<string, StandIn>> = {
  'gcr.io/k8s-staging-gateway-api/echo-basic': { builtIn: 'fairlead/echo', verb: 'gateway-echo', user: '65532:65532' },
  'registry.k8s.io/coredns/coredns': { builtIn: 'fairlead/echo', verb: 'coredns', user: '65532:65532' },
}

/** No registry could be asked: it was out of reach, or there is no program that asks. */
const OUT_OF_REACH: readonly RuntimeErrorCode[] = ['IMAGE_UNREACHABLE', 'RUNTIME_PROGRAM_MISSING']

/** What may stand in for an image. Nothing where it is asked for by its digest, which says that no other will do. */
export const standInFor = ({ registry, repository, digest }: ImageReference): StandIn | undefined => {
  const name = `${registry}/${repository}`
  return digest === undefined && Object.hasOwn(STAND_INS, name) ? STAND_INS[name] : undefined
}

/** Why an image was not to be had, where that is no fault of its own; undefined for every other failure. */
export const outOfReach = (error: unknown): string | undefined =>
  error instanceof RuntimeError && OUT_OF_REACH.includes(error.code) ? error.message : undefined

/** The built-in image as it stands in for another. */
export const standIn = ({ builtIn, verb, user }: StandIn, image: Image, reason: string): Image => ({
  ...image,
  // The registry is asked again by whoever always asks.
  origin: 'registry',
  entrypoint: [...image.entrypoint, verb],
  user,
  standsIn: { as: `${builtIn} ${verb}`, reason },
})
