/** What operators between two are called, and how close they bind: the higher, the closer. */
export const BINARY: { readonly [symbol: string]: readonly [name: string, level: number] } = {
  '||': ['_||_', 1],
  '&&': ['_&&_', 2],
  '==': ['_==_', 3],
  '!=': ['_!=_', 3],
  '<': ['_<_', 3],
  '<=': ['_<=_', 3],
  '>': ['_>_', 3],
  '>=': ['_>=_', 3],
  in: ['@in', 3],
  '+': ['_+_', 4],
  '-': ['_-_', 4],
  '*': ['_*_', 5],
  '/': ['_/_', 5],
  '%': ['_%_', 5],
}

/** The level of those that bind closest. */
export const CLOSEST = 5

/** Up to this level, the operators of logic, terms are one tree that is as flat as it can be. */
export const LOGICAL = 2

/** Names that expressions may not use. */
export const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
)

/** What may begin an expression, as the parser that Kubernetes uses prints it. */
export const BEGINNINGS =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
