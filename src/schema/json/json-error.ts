/**
 * A JSON body that cannot be read. JSON_SYNTAX: it is no JSON; JSON_TOO_DEEP: it nests past `MAX_DEPTH`; JSON_TYPE: a
 * value is of another type than its field; JSON_VALUE: a quantity, time or number is not one. Messages are worded as
 * Go's decoder words them, since clients show them.
 */
export class JsonError extends Error {
  readonly code: 'JSON_SYNTAX' | 'JSON_TOO_DEEP' | 'JSON_TYPE' | 'JSON_VALUE'
  constructor(code: JsonError['code'], message: string) {
    super(message)
    this.name = 'JsonError'
    this.code = code
  }
}

/** Levels of objects and arrays; real objects have about 20. */
export const MAX_DEPTH = 1000
