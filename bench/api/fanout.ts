import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import { quantile, round } from '../dataplane/measure.ts'
import { type Answer, Connection } from './connection.ts'
import { type Figures, Load, processorTime, requireDone } from './load.ts'

interface Fanout {
  readonly watchers: number
  readonly changes: number
  readonly perSecond: number
  /** Of each event, which a server that knows nothing of them is to be told. */
  readonly octets?: number
}

const NAMESPACE = 'bench-0'
const PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps`
/** Handshakes at once. */
const OPENING = 50
/** Until what is on its way has come, milliseconds: what is later is missing. */
const QUIET = 2000

/**
 * Milliseconds from the sending of a change until a watcher has it, over all changes and watchers. Each watcher has a
 * connection of its own, all of them in this process. Throws where an event is missing. `look` is called while all of
 * them are open, at the end. `octets` is what came for each event, with its framing. The processor time is that of all that a
 * change is, divided by its watchers.
 */
export const fanout = async <T>(
  target: ConnectionOptions,
  pid: number,
  { watchers, changes, perSecond, octets }: Fanout,
  look: () => T,
): Promise<{ readonly figures: Figures; readonly octets: number; readonly result: T }> => {
  const query = octets === undefined ? '' : `?octets=${octets}`
  const times: number[] = []
  const sent: number[] = []
  const open: Connection[] = []
  const mark = Buffer.from('"change":"')
  let received = 0
  const receive = (piece: Buffer): void => {
    const at = performance.now()
    received += piece.length
    for (let found = piece.indexOf(mark); found >= 0; found = piece.indexOf(mark, found + mark.length)) {
      const number = Number.parseInt(piece.toString('latin1', found + mark.length, found + mark.length + 8), 10)
      const began = sent[number]
      if (began !== undefined) times.push(at - began)
    }
  }
  while (open.length < watchers) {
    const more = Math.min(OPENING, watchers - open.length)
    open.push(...(await Promise.all(Array.from({ length: more }, () => Connection.open(target)))))
  }
  for (const connection of open)
    connection.stream(`GET ${PATH}?watch=true HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n`, receive)
  // An answer may take a second.
  const load = await Load.open(target, perSecond, pid)
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'seen' }, data: { change: 'none' } }
  requireDone(await load.post(PATH, object)(load.connections[0]!))
  await sleep(QUIET)
  received = 0
  const answers: Promise<Answer>[] = []
  const [began, spent] = [performance.now(), processorTime(pid)]
  for (let number = 0; number < changes; number++) {
    const due = began + (number * 1000) / perSecond
    await sleep(Math.max(0, due - performance.now()))
    sent[number] = performance.now()
    const change = load.patch(`${PATH}/seen${query}`, { data: { change: String(number) } })
    answers.push(change(load.connections[number % perSecond]!))
  }
  await sleep(QUIET)
  const cost = processorTime(pid) - spent
  const result = look()
  for (const answer of await Promise.all(answers)) requireDone(answer)
  load.close()
  for (const connection of open) connection.close()
  if (times.length !== watchers * changes)
    throw new Error(`${times.length} events of ${watchers * changes} came to the watchers`)
  return {
    figures: {
      cpu_us: round((cost * 1000) / times.length, 1),
      p50_ms: round(quantile(times, 0.5), 2),
      p99_ms: round(quantile(times, 0.99), 2),
    },
    octets: Math.round(received / times.length),
    result,
  }
}
