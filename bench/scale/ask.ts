import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { connectTcp } from '#kernel/sockets/socket.ts'

/** Where a Service is asked; from the namespace of a node, or from the host. */
interface Way {
  readonly namespace?: string
  readonly address: string
  readonly port: number
}

export interface Target {
  /** The beginning of the names of its pods. */
  readonly name: string
  readonly replicas: number
  /** Asked in turns: all count, each must answer. */
  readonly ways: readonly Way[]
}

/** Services that are asked at once, */
const CLIENTS = 8
/** and milliseconds until one is asked again that did not answer. */
const PAUSE_MS = 50
const LIMIT_MS = 60_000
const ANSWER_MS = 2000

/** The hostname of the pod that answers; undefined where none does. Each request is a connection of its own. */
const hostname = async ({ namespace, address, port }: Way): Promise<string | undefined> => {
  const socket = namespace === undefined ? connect(port, address) : connectTcp(namespacePath(namespace), address, port)
  let text = ''
  socket.setEncoding('latin1')
  socket.setTimeout(ANSWER_MS, () => socket.destroy())
  socket.on('data', (chunk: string) => {
    text += chunk
  })
  socket.on('error', () => undefined)
  socket.write('GET /hostname HTTP/1.0\r\n\r\n')
  await once(socket, 'close').catch(() => undefined)
  const [head, body] = text.split('\r\n\r\n')
  return head?.startsWith('HTTP/1.1 200 ') ? body : undefined
}

/** Asks each Service until all of its pods have answered, and by each of its ways one; gives how often it asked. */
export const askAll = async (targets: readonly Target[]): Promise<number> => {
  const until = performance.now() + LIMIT_MS
  const waiting = [...targets]
  let requests = 0
  const askOne = async ({ name, replicas, ways }: Target): Promise<void> => {
    const seen = new Set<string>()
    const answered = new Set<Way>()
    while (seen.size < replicas || answered.size < ways.length) {
      const way = ways[requests++ % ways.length]!
      const answer = await hostname(way)
      if (performance.now() > until) throw new Error(`${name}: ${seen.size} of ${replicas} pods answered`)
      if (answer === undefined) {
        await sleep(PAUSE_MS)
        continue
      }
      if (!answer.startsWith(`${name}-`)) throw new Error(`${name} is answered by ${answer}`)
      seen.add(answer)
      answered.add(way)
    }
  }
  const client = async (): Promise<void> => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) await askOne(target)
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return requests
}
