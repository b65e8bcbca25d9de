import type { ResourceRequirements } from '#api/core/pod/spec/resources.ts'
import type { LimitedResource } from '#runtime/runtime.ts'

const CANNOT = 'the cgroups of this machine have no controller for it'

/** What a container asks to be limited and cannot be, in words; undefined where there is nothing. */
export const unenforcedLimits = (
  resources: ResourceRequirements | undefined,
  unlimited: readonly LimitedResource[],
): string | undefined => {
  const named = unlimited.filter((name) => resources?.limits?.[name] !== undefined)
  return named.length === 0
    ? undefined
    : named.map((name) => `resources.limits.${name} is not enforced: ${CANNOT}`).join('; ')
}

/** The same of a node, for all of its pods. */
export const unlimitedText = (unlimited: readonly LimitedResource[]): string =>
  unlimited.map((name) => `limits of ${name} are not enforced: ${CANNOT}`).join('; ')
