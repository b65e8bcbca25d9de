interface Strategy {
  readonly type?: string
  readonly rollingUpdate?: object
}

/**
 * A strategy as Kubernetes shows one that it refuses: by the names of Go's fields.
 *
 * @param absent what stands for the fields of `rollingUpdate` that are not given
 */
export const shownStrategy = (
  { type = '', rollingUpdate }: Strategy,
  absent: { readonly [field: string]: unknown } = { maxUnavailable: 0, maxSurge: 0 },
): object => ({ Type: type, RollingUpdate: rollingUpdate === undefined ? null : shownFields(rollingUpdate, absent) })

/** The fields of `absent`, in its order, by their names in Go. */
export const shownFields = (object: object, absent: { readonly [field: string]: unknown }): object =>
  Object.fromEntries(
    Object.entries({ ...absent, ...object }).map(([name, value]) => [
      `${name[0]!.toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  )
