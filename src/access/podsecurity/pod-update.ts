import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { PodLike } from './check.ts'

interface Imaged {
  readonly name?: string
  readonly image?: string
}

const differ = (next: readonly Imaged[] = [], previous: readonly Imaged[] = []): boolean =>
  next.length !== previous.length || next.some(({ image }, index) => image !== previous[index]!.image)

/** Whether an update changes what rules are about: other images, other containers. Whatever else can change is harmless. */
export const isSignificantUpdate = ({ spec: next }: PodLike, { spec: previous }: PodLike): boolean =>
  differ(next?.containers, previous?.containers) ||
  differ(next?.initContainers, previous?.initContainers) ||
  hasOtherEphemeral(next, previous)

const hasOtherEphemeral = (next: PodSpec | undefined, previous: PodSpec | undefined): boolean =>
  (next?.ephemeralContainers ?? []).some(({ name, image }) => {
    const before = previous?.ephemeralContainers?.find((one) => one.name === name)
    return before === undefined || before.image !== image
  })
