import type { Row } from './row.ts'

/** A batch as it crosses threads and is written. */
export interface Written {
  readonly rows: readonly Row[]
  /** Which rows name, here for the first time; the fields are JSON. */
  readonly sets: readonly (readonly [name: string, fields: string])[]
}
