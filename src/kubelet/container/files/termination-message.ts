import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { Container } from '#api/core/pod/spec/container.ts'

// Kubernetes' limits: 4096 bytes of the file; 2048 bytes or 80 lines of the log.
const MAX_FILE = 4096
const MAX_LOG = 2048
const MAX_LINES = 80

/** The end of a file; nothing of what is no file, should a container ever have put a link or a FIFO in its place. */
const tail = (path: string, bytes: number): string => {
  const fd = open(path)
  if (fd === undefined) return ''
  try {
    const stat = fstatSync(fd)
    const length = stat.isFile() ? Math.min(stat.size, bytes) : 0
    const buffer = Buffer.alloc(length)
    if (length > 0) readSync(fd, buffer, 0, length, stat.size - length)
    return buffer.toString('utf8')
  } finally {
    closeSync(fd)
  }
}

const open = (path: string): number | undefined => {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes(code)) return undefined
    throw error
  }
}

/** The text of a CRI log: `TIME STREAM F|P TEXT` a line. */
const logText = (cri: string): string => {
  const lines = cri.split('\n').filter((line) => /^\S+ std(out|err) [FP]/.test(line))
  return lines
    .slice(-MAX_LINES)
    .map((line) => {
      const [, , tag, ...text] = line.split(' ')
      return tag === 'P' ? text.join(' ') : `${text.join(' ')}\n`
    })
    .join('')
    .slice(-MAX_LOG)
}

/**
 * The message of a container that ended: its termination file, or where the policy says so and it failed, the end of
 * its log.
 */
export const terminationMessage = (container: Container, file: string, log: string, exitCode: number): string => {
  const text = tail(file, MAX_FILE)
  if (text !== '' || exitCode === 0 || container.terminationMessagePolicy !== 'FallbackToLogsOnError') return text
  // Room for the stamps that a log line carries before its text.
  return logText(tail(log, MAX_LOG * 4))
}
