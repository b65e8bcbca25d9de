import type { ApiObject } from '#api/resource.ts'
import type { Kind } from './kind.ts'

/** What is said to who writes an object; `isNew`: it was not there before. */
export const warningsOf = (kind: Kind, object: ApiObject, isNew: boolean): readonly string[] => [
  ...(kind.warnings?.(object, isNew) ?? []),
  ...(isNew && kind.isInert
    ? [`nothing acts on ${withArticle(kind.resource.kind)} in this cluster: it is kept and served, and has no effect`]
    : []),
]

const withArticle = (word: string): string => `${/^[AEIO]/.test(word) ? 'an' : 'a'} ${word}`
