import { watch } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { logSegments } from '../container/files/log-segments.ts'
import { parseLogLine } from './log-line.ts'

/** Which part of a log, in the words of PodLogOptions. */
export interface LogOptions {
  readonly follow: boolean
  readonly timestamps: boolean
  /** Counted from the end of the file; 0 gives none of what is there. */
  readonly tailLines?: number
  /** RFC 3339 time in milliseconds since the epoch; older lines are left out. */
  readonly sinceMs?: number
  /** The output is cut after so many bytes. */
  readonly limitBytes?: number
  readonly stream?: 'stdout' | 'stderr'
}

const CHUNK = 64 << 10
const NEWLINE = 0x0a

/** Makes the answer of `kubectl logs` of raw lines: filters, times, and parts of a line put together. */
class LogFormatter {
  readonly #options: LogOptions
  #left: number
  #midLine: 'stdout' | 'stderr' | undefined

  constructor(options: LogOptions) {
    this.#options = options
    this.#left = options.limitBytes ?? Number.POSITIVE_INFINITY
  }

  /** True once limitBytes are used up. */
  get full(): boolean {
    return this.#left <= 0
  }

  format(raw: Buffer): Buffer {
    const line = parseLogLine(raw)
    const { stream, sinceMs, timestamps } = this.#options
    if (line === undefined || (stream !== undefined && line.stream !== stream)) return Buffer.alloc(0)
    if (sinceMs !== undefined && Date.parse(line.time) < sinceMs) return Buffer.alloc(0)
    const parts: Buffer[] = []
    // A part goes on where the last one of its stream stopped: one time a line.
    if (timestamps && this.#midLine !== line.stream) parts.push(Buffer.from(`${line.time} `))
    parts.push(line.content)
    if (!line.partial) parts.push(Buffer.from('\n'))
    this.#midLine = line.partial ? line.stream : undefined
    const bytes = Buffer.concat(parts)
    const kept = bytes.length > this.#left ? bytes.subarray(0, this.#left) : bytes
    this.#left -= kept.length
    return kept
  }
}

/**
 * The log of a container as chunks of text, over all its files that are kept. With `follow` it goes on until `ended`
 * resolves (the container has exited) and the rest is read, or until `signal` aborts; the file's folder is watched, and a
 * file that was replaced is read to its end before its successors. Throws where there is no file.
 */
export async function* readContainerLog(
  path: string,
  options: LogOptions,
  ended: Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const formatter = new LogFormatter(options)
  const change = changes(path, ended, signal)
  let files: readonly FileHandle[] = []
  try {
    files = await openLog(path)
    let { index, position } = await begin(files, options)
    let rest: Buffer = Buffer.alloc(0)
    for (;;) {
      const file = files[index]!
      // Asked before the file is read: what comes later is seen in the next round.
      const last = !options.follow || change.over()
      const seen = change.count()
      // What is no longer written to is whole.
      const whole = index + 1 < files.length || (await isReplaced(file, path))
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position)
        if (bytesRead === 0) break
        position += bytesRead
        const { output, remainder } = formatLines(Buffer.concat([rest, buffer.subarray(0, bytesRead)]), formatter)
        rest = remainder
        if (output.length > 0) yield output
        if (formatter.full || signal.aborted) return
      }
      if (whole) {
        if (index + 1 === files.length) {
          // Who does not follow gets what was there: a program may fill files faster than they are read.
          if (!options.follow) return
          const more = await openLog(path, file)
          for (const read of files) await read.close()
          files = more
          index = -1
        }
        index += 1
        position = 0
        rest = Buffer.alloc(0)
        continue
      }
      if (last || signal.aborted) return
      await change.next(seen)
    }
  } finally {
    change.close()
    for (const file of files) await file.close()
  }
}

/** Where the answer begins: at the first file, or where the wanted lines at the end do. */
async function begin(
  files: readonly FileHandle[],
  { tailLines, sinceMs = 0 }: LogOptions,
): Promise<{ readonly index: number; readonly position: number }> {
  if (tailLines === undefined) {
    const changed = await Promise.all(files.map(async (file) => (await file.stat()).mtimeMs))
    const index = changed.findIndex((at) => at >= sinceMs)
    return { index: index < 0 ? files.length - 1 : index, position: 0 }
  }
  let wanted = tailLines
  for (let index = files.length - 1; ; index--) {
    const { position, lines } = await tailStart(files[index]!, wanted)
    wanted -= lines
    if (wanted === 0 || index === 0) return { index, position }
  }
}

/**
 * All files of a log, oldest first, the one that is written to last; of those after `after` alone, and all where it is
 * not kept any more. Held open, they may be taken away meanwhile. Throws where there is no log.
 */
async function openLog(path: string, after?: FileHandle): Promise<readonly FileHandle[]> {
  const files: FileHandle[] = []
  const known = new Set<number>()
  const from = after === undefined ? undefined : (await after.stat()).ino
  const add = async (name: string): Promise<void> => {
    const file = await open(name, 'r')
    const { ino } = await file.stat()
    if (known.has(ino)) return await file.close()
    known.add(ino)
    files.push(file)
    if (ino === from) await Promise.all(files.splice(0).map((read) => read.close()))
  }
  for (const segment of logSegments(path)) {
    await add(segment).catch((error: NodeJS.ErrnoException) => {
      // Taken away just now, as the oldest.
      if (error.code !== 'ENOENT') throw error
    })
  }
  await add(path)
  return files
}

function formatLines(bytes: Buffer, formatter: LogFormatter): { readonly output: Buffer; readonly remainder: Buffer } {
  const output: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end >= 0 && !formatter.full; end = bytes.indexOf(NEWLINE, start)) {
    output.push(formatter.format(bytes.subarray(start, end)))
    start = end + 1
  }
  return { output: Buffer.concat(output), remainder: bytes.subarray(start) }
}

/**
 * Where the last `count` lines of a file begin, and how many there are, looked for from the end in growing steps: a large
 * log is not read whole. Parts of one line count as one: conmon writes a part for each write of the program.
 */
async function tailStart(
  file: FileHandle,
  count: number,
): Promise<{ readonly position: number; readonly lines: number }> {
  const { size } = await file.stat()
  if (count === 0 || size === 0) return { position: size, lines: 0 }
  for (let window = CHUNK; ; window *= 4) {
    const begin = Math.max(0, size - window)
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size - begin), 0, size - begin, begin)
    const bytes = buffer.subarray(0, bytesRead)
    const starts: number[] = begin === 0 ? [0] : []
    let lineStart = begin === 0 ? 0 : bytes.indexOf(NEWLINE) + 1
    for (let end = bytes.indexOf(NEWLINE, lineStart); end >= 0; end = bytes.indexOf(NEWLINE, lineStart)) {
      const full = parseLogLine(bytes.subarray(lineStart, end))?.partial !== true
      lineStart = end + 1
      // What follows a whole line begins a line; the end of the file begins none.
      if (full && lineStart < bytes.length) starts.push(lineStart)
    }
    if (starts.length >= count) return { position: begin + starts.at(-count)!, lines: count }
    if (begin === 0) return { position: 0, lines: starts.length }
  }
}

async function isReplaced(file: FileHandle, path: string): Promise<boolean> {
  const [ours, current] = await Promise.all([file.stat(), stat(path).catch(() => undefined)])
  return current !== undefined && current.ino !== ours.ino
}

/** Counts changes of a file, so that none between a read and the wait for the next is lost. */
function changes(path: string, ended: Promise<void>, signal: AbortSignal) {
  let count = 0
  let over = false
  let wake: (() => void) | undefined
  const notice = (): void => {
    count += 1
    wake?.()
  }
  const watcher = watch(dirname(path), (_, name) => {
    if (name === null || name === basename(path)) notice()
  })
  watcher.on('error', notice)
  signal.addEventListener('abort', notice, { once: true })
  void ended.then(() => {
    over = true
    notice()
  })
  return {
    count: () => count,
    over: () => over,
    async next(seen: number): Promise<void> {
      if (count !== seen) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
      wake = undefined
    },
    close() {
      watcher.close()
      signal.removeEventListener('abort', notice)
    },
  }
}
