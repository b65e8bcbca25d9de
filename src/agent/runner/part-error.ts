/** Parts that cannot be run as they were asked for; the message has the way out, and docs/errors.md lists `code`. */
export class PartError extends Error {
  readonly code: 'PART_UNKNOWN' | 'PART_NEEDS'
  constructor(code: PartError['code'], message: string) {
    super(message)
    this.name = 'PartError'
    this.code = code
  }
}
