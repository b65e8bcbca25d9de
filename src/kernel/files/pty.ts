import { closeSync, constants, openSync } from 'node:fs'
import { ReadStream } from 'node:tty'

import { call } from '../libc.ts'

interface TerminalSize {
  /** Columns. */
  readonly width: number
  /** Rows. */
  readonly height: number
}

interface Terminal {
  /** Both directions of the master's side. Its end is the error EIO, once nobody holds the slave's side. */
  readonly stream: ReadStream
  /** Descriptor of the slave's side, for a child's stdio. */
  readonly slave: number
  closeSlave(): void
  resize(size: TerminalSize): void
}

// asm-generic/ioctls.h; the same numbers on x86, arm64 and riscv.
const TIOCSWINSZ = 0x5414
const TIOCGPTN = 0x80045430
const TIOCSPTLCK = 0x40045431
const IOCTL = 'int ioctl(int fd, unsigned long request, _Inout_ void *argument)'

/** A new pseudo-terminal, see pty(7). Throws KernelError PTY_OPEN_FAILED. */
export function openTerminal(size: TerminalSize): Terminal {
  const master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY)
  try {
    const argument = new Uint8Array(4)
    call('PTY_OPEN_FAILED', 'TIOCSPTLCK', '/dev/ptmx', IOCTL, master, TIOCSPTLCK, argument)
    call('PTY_OPEN_FAILED', 'TIOCGPTN', '/dev/ptmx', IOCTL, master, TIOCGPTN, argument)
    const number = new Uint32Array(argument.buffer)[0]!
    resizeTerminal(master, size)
    const slave = openSync(`/dev/pts/${number}`, constants.O_RDWR | constants.O_NOCTTY)
    let slaveOpen = true
    const stream = new ReadStream(master)
    return {
      stream,
      slave,
      closeSlave() {
        if (slaveOpen) closeSync(slave)
        slaveOpen = false
      },
      resize: (next) => {
        if (!stream.destroyed) resizeTerminal(master, next)
      },
    }
  } catch (error) {
    closeSync(master)
    throw error
  }
}

function resizeTerminal(fd: number, { width, height }: TerminalSize): void {
  // struct winsize: rows, columns, and two fields in pixels that nobody reads.
  call('PTY_RESIZE_FAILED', 'TIOCSWINSZ', `fd ${fd}`, IOCTL, fd, TIOCSWINSZ, new Uint16Array([height, width, 0, 0]))
}
