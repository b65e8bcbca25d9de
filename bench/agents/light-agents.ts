/**
 * So many agents' watches, as an API server sees them: each a TLS connection with the head that the client sends, to the same
 * resources. What comes is counted and looked through for the changes, not decoded. Says `ready` when all are open, and
 * at its end what came.
 */
import { readFileSync } from 'node:fs'
import { Connection } from '../api/connection.ts'
import { ageOf, CHANGE_LABEL } from './change-label.ts'

export interface LightSettings {
  readonly folder: string
  readonly port: number
  readonly agents: number
  /** Where the watches begin. */
  readonly resourceVersion: string
  readonly isJson: boolean
}

const CORE = ['services', 'nodes', 'pods', 'namespaces'].map((plural) => `/api/v1/${plural}`)
const SLICES = '/apis/discovery.k8s.io/v1/endpointslices'
/** Handshakes at once. */
const OPENING = 10

const { folder, port, agents, resourceVersion, isJson } = JSON.parse(process.argv.at(-1)!) as LightSettings
const token = readFileSync(`${folder}/account/token`, 'utf8')
const target = { host: '127.0.0.1', port, ca: readFileSync(`${folder}/account/ca.crt`, 'utf8') }
const accept = isJson ? 'application/json' : 'application/vnd.kubernetes.protobuf;stream=watch,application/json'
// A label as either form has it, up to its eight digits.
const mark = isJson ? `"${CHANGE_LABEL}":"` : `${CHANGE_LABEL}\x12\x08`
const NEEDED = mark.length + 8

let octets = 0
const ages: number[] = []
/** Looks through a stream, of which a label may be cut. */
const listen = (): ((piece: Buffer) => void) => {
  let rest = ''
  return (piece) => {
    octets += piece.length
    const text = rest + piece.toString('latin1')
    let looked = 0
    for (let at = text.indexOf(mark); at >= 0 && at + NEEDED <= text.length; at = text.indexOf(mark, looked)) {
      looked = at + NEEDED
      ages.push(ageOf(text.slice(at + mark.length, looked)))
    }
    rest = text.slice(Math.max(looked, text.length - NEEDED + 1))
  }
}

const watch = async (path: string): Promise<void> => {
  const connection = await Connection.open(target)
  const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=600&resourceVersion=${resourceVersion}`
  const head = `GET ${path}?${query} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer ${token}\r\nAccept: ${accept}\r\n`
  connection.stream(head, listen())
}

const paths = Array.from({ length: agents }, () => [...CORE, SLICES]).flat()
while (paths.length > 0) await Promise.all(paths.splice(0, OPENING).map(watch))
process.stdout.write('ready\n')
process.once('SIGUSR2', () => {
  octets = 0
  ages.length = 0
})
process.once('SIGTERM', () => {
  // Hundreds of thousands: told as a histogram of whole milliseconds.
  const counts: number[] = []
  for (const age of ages)
    counts[Math.min(Math.round(age), 60_000)] = (counts[Math.min(Math.round(age), 60_000)] ?? 0) + 1
  const histogram = Object.entries(counts).map(([ms, count]) => [Number(ms), count])
  process.stdout.write(`${JSON.stringify({ octets, events: ages.length, histogram })}\n`, () => process.exit(0))
})
