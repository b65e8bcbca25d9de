import type { ObjectMeta } from '#api/meta/object-meta.ts'
import { bySeniority, seniorityOf } from '../../table/seniority.ts'

/** Objects in the order in which they may claim what only one of them can have. */
export const oldestFirst = <T extends { readonly metadata?: ObjectMeta }>(objects: readonly T[]): readonly T[] =>
  objects
    .map((object) => ({ object, seniority: seniorityOf(object.metadata) }))
    .sort((left, right) => bySeniority(left.seniority, right.seniority))
    .map(({ object }) => object)
