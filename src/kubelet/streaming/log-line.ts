interface LogLine {
  /** RFC 3339 with nanoseconds, in UTC. */
  readonly time: string
  readonly stream: 'stdout' | 'stderr'
  /** A long line comes in parts; the last one ends it. */
  readonly partial: boolean
  readonly content: Buffer
}

const SPACE = 0x20

/** A line of a CRI log, `TIME STREAM P|F CONTENT`, without its newline; undefined where it is none. */
export function parseLogLine(line: Buffer): LogLine | undefined {
  const first = line.indexOf(SPACE)
  const second = line.indexOf(SPACE, first + 1)
  if (first < 0 || second < 0) return undefined
  const third = line.indexOf(SPACE, second + 1)
  const stream = line.toString('latin1', first + 1, second)
  const tags = line.toString('latin1', second + 1, third < 0 ? line.length : third)
  if (stream !== 'stdout' && stream !== 'stderr') return undefined
  const content = third < 0 ? Buffer.alloc(0) : line.subarray(third + 1)
  return { time: utcTime(line.toString('latin1', 0, first)), stream, partial: tags.split(':')[0] === 'P', content }
}

/** conmon writes local time with an offset; the API shows UTC: `…:05.123456789+02:00` → `…:05.123456789Z`. */
function utcTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d:\d\d)$/.exec(text)
  if (match === null) return text
  const [, seconds, fraction = '', offset] = match
  if (offset === '+00:00') return `${seconds}${fraction}Z`
  return `${new Date(`${seconds}${offset}`).toISOString().slice(0, 19)}${fraction}Z`
}
