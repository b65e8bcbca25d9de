import type { LogOptions } from './container-log.ts'
import type { StreamOptions } from './stream-session.ts'

export type Invalid = { readonly invalid: string }

/** The query of /containerLogs, PodLogOptions' fields. `nowMs` makes sinceSeconds a time. */
export function parseLogQuery(
  query: URLSearchParams,
  nowMs: number,
): { readonly options: LogOptions; readonly previous: boolean } | Invalid {
  const numbers: Record<string, number> = {}
  for (const [name, least] of Object.entries({ tailLines: 0, sinceSeconds: 1, limitBytes: 1 })) {
    const text = query.get(name)
    if (text === null || text === '') continue
    const value = Number(text)
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value))
      return { invalid: `${name}: '${text}' is not a whole number` }
    if (value < least) return { invalid: `${name}: ${value} must be greater than or equal to ${least}` }
    numbers[name] = value
  }
  const sinceTime = query.get('sinceTime') || undefined
  if (sinceTime !== undefined && Number.isNaN(Date.parse(sinceTime)))
    return { invalid: `sinceTime: '${sinceTime}' is not an RFC 3339 time` }
  if (sinceTime !== undefined && numbers.sinceSeconds !== undefined)
    return { invalid: 'at most one of sinceTime or sinceSeconds may be specified' }
  const stream = (query.get('stream') || 'All').toLowerCase()
  if (stream !== 'all' && stream !== 'stdout' && stream !== 'stderr')
    return { invalid: `stream: '${stream}' is none of All, Stdout, Stderr` }
  if (stream !== 'all' && numbers.tailLines !== undefined)
    return { invalid: 'tailLines and a specific stream may not be given together' }
  const { tailLines, sinceSeconds, limitBytes } = numbers
  const sinceMs =
    sinceTime !== undefined
      ? Date.parse(sinceTime)
      : sinceSeconds !== undefined
        ? nowMs - sinceSeconds * 1000
        : undefined
  return {
    previous: flag(query, 'previous'),
    options: {
      follow: flag(query, 'follow'),
      timestamps: flag(query, 'timestamps'),
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(sinceMs === undefined ? {} : { sinceMs }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
      ...(stream === 'all' ? {} : { stream }),
    },
  }
}

/**
 * The query of /exec and /attach: the kubelet's own names (`input`, `output`, `error`) or the API's (`stdin`, `stdout`,
 * `stderr`).
 */
export function parseStreamQuery(
  query: URLSearchParams,
): { readonly options: StreamOptions; readonly command: readonly string[] } | Invalid {
  const options = {
    stdin: flag(query, 'input') || flag(query, 'stdin'),
    stdout: flag(query, 'output') || flag(query, 'stdout'),
    tty: flag(query, 'tty'),
    stderr: flag(query, 'error') || flag(query, 'stderr'),
  }
  if (!options.stdin && !options.stdout && !options.stderr) {
    return { invalid: 'you must specify at least 1 of stdin, stdout, stderr' }
  }
  // A terminal has one output.
  return { options: { ...options, stderr: options.stderr && !options.tty }, command: query.getAll('command') }
}

/** As Kubernetes reads a flag of any query: only absence, `0` and `false`, in any case, are false. */
function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value !== null && value !== '0' && value.toLowerCase() !== 'false'
}
