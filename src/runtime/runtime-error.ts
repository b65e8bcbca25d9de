export type RuntimeErrorCode =
  | 'IMAGE_UNKNOWN'
  | 'IMAGE_INVALID'
  | 'IMAGE_UNAVAILABLE'
  | 'IMAGE_DENIED'
  | 'IMAGE_UNREACHABLE'
  | 'IMAGE_CORRUPT'
  | 'IMAGE_FOREIGN'
  | 'IMAGE_TOO_LARGE'
  | 'IMAGE_DISK_FULL'
  | 'IMAGE_IN_USE'
  | 'HANDLER_UNKNOWN'
  | 'CONTAINER_SPEC_INVALID'
  | 'CONTAINER_USER_UNKNOWN'
  | 'SECCOMP_UNAVAILABLE'
  | 'CONTAINER_EXISTS'
  | 'CONTAINER_NOT_FOUND'
  | 'CONTAINER_NOT_RUNNING'
  | 'CONTAINER_CANNOT_RUN'
  | 'CONTAINER_EXEC_FAILED'
  | 'CONTAINER_LIMITS_REFUSED'
  | 'CONTAINER_ATTACH_FAILED'
  | 'RUNTIME_PROGRAM_MISSING'
  | 'RUNTIME_PROGRAM_OLD'
  | 'PURGE_INCOMPLETE'

/** An error of the container runtime. Branch on `code`; the text names the object and the way out. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError'
  readonly code: RuntimeErrorCode
  /** For those who show it as another's words: the message without the code before it, and without the machine's paths. */
  readonly words: string

  /** `words`: the same in words for users; absent: the message itself. */
  constructor(
    code: RuntimeErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly words?: string } = {},
  ) {
    super(`${code}: ${message}`, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.words = options.words ?? message
  }
}
