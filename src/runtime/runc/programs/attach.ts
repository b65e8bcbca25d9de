import { once } from 'node:events'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import type { Socket } from 'node:net'

import type { ExecOptions } from '../../runtime.ts'
import { RuntimeError } from '../../runtime-error.ts'
import { openStdio, type Stdio } from './stdio.ts'

interface AttachTarget {
  readonly id: string
  /** conmon's attach socket. */
  readonly attach: string
  /** conmon's FIFO for the terminal's size. */
  readonly control: string
  readonly tty: boolean
  readonly stdin: boolean
  /** Its stdin ends with the first who gives it one. */
  readonly stdinOnce?: true
}

/** conmon prefixes each packet with its stream. */
const STDOUT = 2
/** conmon reads stdin in packets of at most 32 KiB and cuts longer ones. */
const STDIN_PACKET = 8192

/**
 * Joins the container's own stdio through conmon, by `opened` where it was opened before; resolves when the container has
 * exited or `signal` aborts, and, where the container's stdin stays open for others, when `stdin` has ended: as in
 * containerd, who has said all leaves. What the container wrote before it was opened is in its log. Throws RuntimeError
 * CONTAINER_ATTACH_FAILED.
 */
export async function attachToContainer(
  target: AttachTarget,
  exited: Promise<void>,
  options: Omit<ExecOptions, 'command'>,
  opened?: Stdio,
): Promise<void> {
  if (options.stdin !== undefined && !target.stdin) {
    throw new RuntimeError(
      'CONTAINER_ATTACH_FAILED',
      `container '${target.id}' has no stdin: set stdin: true in its spec`,
    )
  }
  const stdio =
    opened ??
    (await openStdio(target.attach).catch((error: unknown) => {
      throw new RuntimeError('CONTAINER_ATTACH_FAILED', `container '${target.id}': its conmon cannot be reached`, {
        cause: error,
      })
    }))
  const { socket } = stdio
  const closed = socket.closed ? Promise.resolve() : once(socket, 'close').catch(() => undefined)
  stdio.join((packet) => {
    const sink = packet[0] === STDOUT || target.tty ? options.stdout : options.stderr
    // Copied: the buffer is used again for the next packet.
    if (sink.write(Uint8Array.from(packet.subarray(1)))) return true
    sink.once('drain', () => socket.resume())
    return false
  })
  if (target.tty) options.onResize?.((size) => resize(target.control, size))
  const said = options.stdin === undefined ? undefined : feed(options.stdin, socket)
  const left = said && !target.stdinOnce ? [said] : []
  const abort = (): void => void socket.destroy()
  if (options.signal?.aborted) abort()
  options.signal?.addEventListener('abort', abort, { once: true })
  try {
    // conmon closes the socket once it has passed on all output; where it was killed, the exit is enough.
    await Promise.race([
      closed,
      ...left,
      exited.then(() => Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1000))])),
    ])
  } finally {
    options.signal?.removeEventListener('abort', abort)
    socket.destroy()
  }
}

async function feed(stdin: NodeJS.ReadableStream, socket: Socket): Promise<void> {
  try {
    for await (const chunk of stdin) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      for (let offset = 0; offset < bytes.length; offset += STDIN_PACKET) {
        // One at a time: writes that wait together are joined into one packet, which may be too long.
        await new Promise<void>((resolve, reject) => {
          socket.write(bytes.subarray(offset, offset + STDIN_PACKET), (error) => (error ? reject(error) : resolve()))
        })
      }
    }
    socket.end()
  } catch {
    // Either side is gone: the wait for the socket's end tells.
  }
}

/** conmon's words: `1 ROWS COLUMNS`. */
function resize(control: string, { width, height }: { readonly width: number; readonly height: number }): void {
  try {
    const fd = openSync(control, constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      writeSync(fd, `1 ${height} ${width}\n`)
    } finally {
      closeSync(fd)
    }
  } catch {
    // conmon has ended: nothing is left to resize.
  }
}
