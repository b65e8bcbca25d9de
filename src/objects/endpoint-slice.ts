import type { Labels } from './object.ts'
import { objectKey } from './object-key.ts'
import { SERVICE_NAME_LABEL } from './well-known.ts'

/** The key of the Service whose endpoints a slice holds; undefined where it names none. */
export const serviceKeyOf = ({
  metadata,
}: {
  readonly metadata?: { readonly namespace?: string; readonly labels?: Labels }
}): string | undefined => {
  const name = metadata?.labels?.[SERVICE_NAME_LABEL]
  return name && objectKey(metadata.namespace, name)
}
