import type { KeyToPath } from '#api/core/pod/volume/projected.ts'
import { type FieldError, invalid, required } from '#api/validation/field-error.ts'

const MODE = 'must be a number between 0 and 0777 (octal), both inclusive'

/** A path without `..`; `a/../..` is told of once. */
export const checkNoBacksteps = (path: string, field: string): readonly FieldError[] =>
  path.split('/').includes('..') ? [invalid(field, path, "must not contain '..'")] : []

/** A path below a volume: relative, and without `..`. */
export const checkDescendingPath = (path: string, field: string): readonly FieldError[] => [
  ...(path.startsWith('/') ? [invalid(field, path, 'must be a relative path')] : []),
  ...checkNoBacksteps(path, field),
]

/** The same of a file that the kubelet writes, whose own names begin with `..`. */
export const checkFilePath = (path: string, field: string): readonly FieldError[] => [
  ...checkDescendingPath(path, field),
  ...(path.startsWith('..') && path !== '..' && !path.startsWith('../')
    ? [invalid(field, path, "must not start with '..'")]
    : []),
]

/** Permissions of a file. */
export const checkMode = (mode: number | undefined, field: string): readonly FieldError[] =>
  mode !== undefined && (mode < 0 || mode > 0o777) ? [invalid(field, mode, MODE)] : []

/** Keys that become files. */
export const checkItems = (items: readonly KeyToPath[] | undefined, field: string): readonly FieldError[] =>
  (items ?? []).flatMap(({ key, path, mode }, index) => {
    const at = `${field}[${index}]`
    return [
      ...(key ? [] : [required(`${at}.key`)]),
      ...(path ? checkFilePath(path, `${at}.path`) : [required(`${at}.path`)]),
      ...checkMode(mode, `${at}.mode`),
    ]
  })
