import { readFileSync } from 'node:fs'

/** A request to a real API server, and what it answered; without a status where the answer is not known to us. */
export interface RecordedCase {
  readonly name: string
  readonly method: string
  readonly path: string
  /** Content-Type; absent: JSON. */
  readonly type?: string
  readonly accept?: string
  readonly headers?: Readonly<Record<string, string>>
  /** As JSON, but for a text, which is sent as it is. */
  readonly body?: unknown
  /** Sent as it is, in place of a body. */
  readonly raw?: string
  readonly status?: number
  /** The Warning header. */
  readonly warning?: string
  /** Parsed where it is one JSON document. */
  readonly response?: unknown
}

/** The cases of one run, in order. */
export const readCases = (file: string): readonly RecordedCase[] =>
  readFileSync(new URL(`./cases/${file}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RecordedCase)

/** What is sent, if anything. */
export const bodyOf = ({ raw, body }: RecordedCase): string | undefined => {
  if (raw !== undefined || body === undefined) return raw
  return typeof body === 'string' ? body : JSON.stringify(body)
}
