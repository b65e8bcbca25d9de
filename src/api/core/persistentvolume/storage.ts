import type { ObjectMeta } from '#api/meta/object-meta.ts'

/** Where the class was named before it had a field. */
export const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

interface Classed {
  readonly metadata?: ObjectMeta
  readonly spec?: { readonly storageClassName?: string }
}

/** The StorageClass of a volume or a claim. */
export const classOf = ({ metadata, spec }: Classed): string | undefined =>
  metadata?.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName

const SHORT = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' } as const

/** `RWO,ROX`: access modes in short, in Kubernetes' order. */
export const accessText = (modes: readonly (keyof typeof SHORT)[] | undefined): string =>
  Object.entries(SHORT)
    .flatMap(([mode, short]) => (modes?.includes(mode as keyof typeof SHORT) ? short : []))
    .join(',')
