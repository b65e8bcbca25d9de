import { constants } from 'node:os'

/** What the kernel was asked, of which object, and what it said. */
interface KernelErrorDetails {
  /** The call or message, as the kernel's headers name it: `setns`, `RTM_NEWLINK`. */
  readonly operation: string
  /** Positive errno. Absent where the kernel was not reached. */
  readonly errno?: number
  /** The path, link, route or table it was about. */
  readonly object?: string
  /** The kernel's own words (netlink extended acknowledgement), or ours. */
  readonly message?: string
  readonly cause?: unknown
}

/** An error of this room. Branch on `code`, or on `errnoName`; never on the text. */
export class KernelError extends Error {
  override readonly name = 'KernelError'
  readonly code: string
  readonly operation: string
  readonly errno: number | undefined
  readonly object: string | undefined

  constructor(code: string, details: KernelErrorDetails) {
    super(describe(code, details), details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.operation = details.operation
    this.errno = details.errno
    this.object = details.object
  }

  /** `EEXIST`, or undefined where there is no errno. */
  get errnoName(): string | undefined {
    return this.errno === undefined ? undefined : errnoName(this.errno)
  }
}

/** The symbolic name of a positive errno: 17 → `EEXIST`; a number without a name is given as `errno 524`. */
function errnoName(errno: number): string {
  for (const [name, value] of Object.entries(constants.errno)) {
    if (value === errno && name !== 'EWOULDBLOCK') return name
  }
  return `errno ${errno}`
}

function describe(code: string, { operation, errno, object, message }: KernelErrorDetails): string {
  const about = object === undefined ? operation : `${operation} of ${object}`
  const said = [errno === undefined ? undefined : errnoName(errno), message].filter((part) => part !== undefined)
  return `${code}: ${about}${said.length === 0 ? '' : `: ${said.join(': ')}`}`
}
