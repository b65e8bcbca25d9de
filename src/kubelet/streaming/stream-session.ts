import type { Readable, Writable } from 'node:stream'

interface TerminalSize {
  readonly width: number
  readonly height: number
}

/** Which streams a client asks for. */
export interface StreamOptions {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

/** What exec and attach see of a client, whichever protocol it speaks. */
export interface StreamSession {
  readonly stdin: Readable | undefined
  /** Take what is written and drop it where the client did not ask for the stream. */
  readonly stdout: Writable
  readonly stderr: Writable
  readonly onResize: (listener: (size: TerminalSize) => void) => void
  /** Aborted where the client leaves before finish(). */
  readonly signal: AbortSignal
  /** Ends the output streams, sends the Status on the error stream, and closes. */
  finish(status: ExitStatus): Promise<void>
}

/** The Status object of the error stream since v4.channel.k8s.io. */
export interface ExitStatus {
  readonly metadata: Record<string, never>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: { readonly causes: readonly { readonly reason?: string; readonly message: string }[] }
  readonly code?: number
}

/** How a command ended, as `kubectl exec` reads it: its own exit code becomes the number in `causes`. */
export function exitStatus(exitCode: number): ExitStatus {
  if (exitCode === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: ${exitCode}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}

/** What the error stream says where a command could not be run at all: as Kubernetes words an error of its own. */
export function failureStatus(why: string): ExitStatus {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${why}`,
    reason: 'InternalError',
    details: { causes: [{ message: why }] },
    code: 500,
  }
}

/** A resize message, `{"Width":80,"Height":24}`; undefined where it is none. */
export function parseResize(text: string): TerminalSize | undefined {
  try {
    const { Width, Height } = JSON.parse(text) as { Width?: unknown; Height?: unknown }
    const valid = (value: unknown): value is number =>
      typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65536
    return valid(Width) && valid(Height) ? { width: Width, height: Height } : undefined
  } catch {
    return undefined
  }
}

/** Sizes that arrive before somebody listens are kept: the first one comes with the connection. */
export class ResizeQueue {
  #last: TerminalSize | undefined
  #listener: ((size: TerminalSize) => void) | undefined

  push(size: TerminalSize | undefined): void {
    if (size === undefined) return
    this.#last = size
    this.#listener?.(size)
  }

  readonly onResize = (listener: (size: TerminalSize) => void): void => {
    this.#listener = listener
    if (this.#last !== undefined) listener(this.#last)
  }
}
