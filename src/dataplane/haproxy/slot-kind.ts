import { MOST_RETRIES, RETRIED_CODES } from '#routes/table/retries.ts'
import type { Backend } from '#routes/table/table.ts'

/**
 * What a section of the configuration must say of a backend, since no command can: `http`, `http-source`,
 * `http-retry-3-500-503`, `tcp`: words apart by `-`.
 */
export function slotKind(backend: Backend): string {
  const words: string[] = [backend.protocol === 'tcp' ? 'tcp' : 'http']
  if (backend.balance === 'source') words.push('source')
  if (backend.retry !== undefined && backend.protocol !== 'tcp') {
    const codes = [...new Set(backend.retry.codes)].filter((code) => RETRIED_CODES.includes(code)).sort((a, b) => a - b)
    words.push('retry', String(Math.min(Math.max(backend.retry.attempts, 0), MOST_RETRIES)), ...codes.map(String))
  }
  return words.join('-')
}

/** Whether there are as many kinds of its kind as routes ask for. */
export const isMadeByRoutes = (kind: string): boolean => kind.includes('-retry-')

/** The lines that all slots of a kind have, as a section of defaults of that name. */
export function kindLines(kind: string): readonly string[] {
  const words = kind.split('-')
  const retry = words.indexOf('retry')
  const lines = [`mode ${words[0]}`, words.includes('source') ? 'balance source' : 'balance leastconn']
  if (words[0] === 'http') {
    lines.push('http-request set-timeout server var(txn.timeout) if { var(txn.timeout) -m found }')
  }
  if (words.includes('source')) lines.push('hash-type consistent')
  if (retry < 0) return lines
  const codes = words.slice(retry + 2)
  lines.push(`retries ${words[retry + 1]}`)
  lines.push(`retry-on conn-failure empty-response response-timeout ${codes.join(' ')}`.trimEnd())
  return lines
}
