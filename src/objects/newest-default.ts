interface Dated {
  readonly metadata?: {
    readonly name?: string
    readonly creationTimestamp?: string
    readonly annotations?: { readonly [key: string]: string }
  }
}

/**
 * Of objects that one of these annotations marks as the default the youngest, and of those as young as each other the
 * first by name.
 */
export const newestDefault = <T extends Dated>(
  objects: readonly T[],
  annotations: readonly string[],
): T | undefined => {
  const born = ({ metadata }: T): number => Date.parse(metadata?.creationTimestamp ?? '')
  const name = ({ metadata }: T): string => metadata?.name ?? ''
  return objects
    .filter(({ metadata }) => annotations.some((key) => metadata?.annotations?.[key] === 'true'))
    .sort((a, b) => born(b) - born(a) || (name(a) < name(b) ? -1 : 1))[0]
}
