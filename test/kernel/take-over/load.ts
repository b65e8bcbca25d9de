// A program of its own, so that what it sends is under way while rules are written. Opens connections at an even rate
// until it is told to stop, keeps some, and says what failed.
import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import { withNamespace } from '#kernel/namespaces/namespace.ts'
import { connectFrom, itself } from '../exchange.ts'

/** From where to where. */
export interface Way {
  readonly name: string
  readonly path: string
  readonly address: string
  readonly port: number
}

export interface LoadPlan {
  readonly tcp: readonly Way[]
  readonly udp: readonly Way[]
  readonly perSecond: number
}

export interface LoadReport {
  readonly opened: number
  readonly datagrams: number
  /** Answers that connections which stay have had. */
  readonly said: number
  /** By way and reason. */
  readonly failures: Readonly<Record<string, number>>
}

/** A SYN that is lost is sent again after one second, and after two more. */
const PATIENCE_MS = 20_000
const SLICE_MS = 10
/** On a machine that cannot do more at once, fewer are opened: what waits for a processor says nothing of rules. */
const MOST_AT_ONCE = 100
const TALK_MS = 100

const plan = JSON.parse(process.argv[2]!) as LoadPlan
const failures: Record<string, number> = {}
let [opened, datagrams, said] = [0, 0, 0]
let isOver = false
const under = new Set<Promise<void>>()
const note = (way: Way, kind: string, reason: string): void => {
  const name = `${way.name} ${kind}: ${reason}`
  failures[name] = (failures[name] ?? 0) + 1
}
const track = (work: Promise<void>): void => {
  under.add(work)
  void work.finally(() => under.delete(work))
}

/** Connects, is greeted, says a word and hears it. */
const once = (way: Way): Promise<void> =>
  new Promise((resolve) => {
    const socket = connectFrom(way.path, way)
    const timer = setTimeout(
      () => end(socket.connecting ? 'no connection' : greeted ? 'no answer' : 'no greeting'),
      PATIENCE_MS,
    )
    let greeted = false
    const end = (reason?: string): void => {
      clearTimeout(timer)
      if (reason !== undefined) note(way, 'new', reason)
      if (socket.connecting) socket.destroy()
      else socket.resetAndDestroy()
      socket.removeAllListeners()
      socket.on('error', () => {})
      resolve()
    }
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    socket.on('end', () => end('closed'))
    socket.on('data', (octets) => {
      if (greeted) return end(octets.toString().endsWith(':x') ? undefined : 'another answer')
      greeted = true
      socket.write('x')
    })
  })

/** Talks until the end. */
const stay = (way: Way): Promise<void> =>
  new Promise((resolve) => {
    const socket = connectFrom(way.path, way)
    let [asked, isDone] = [0, false]
    const end = (reason?: string): void => {
      if (isDone) return
      isDone = true
      clearInterval(timer)
      if (reason !== undefined) note(way, 'long', reason)
      socket.on('error', () => {})
      socket.destroy()
      resolve()
    }
    const timer = setInterval(() => {
      if (asked !== 0 && performance.now() - asked > PATIENCE_MS) return end('no answer')
      if (asked !== 0 || socket.connecting) return
      if (isOver) return end()
      asked = performance.now()
      socket.write('y')
    }, TALK_MS)
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    socket.on('end', () => end('closed'))
    socket.on('data', () => {
      if (asked !== 0) said++
      asked = 0
    })
  })

/** One datagram by a port of its own, which gets its answer or is lost. */
const datagram = (way: Way): Promise<void> =>
  new Promise((resolve) => {
    const socket = createSocket({ type: way.address.includes(':') ? 'udp6' : 'udp4', lookup: itself as never })
    const end = (reason?: string): void => {
      clearTimeout(timer)
      if (reason !== undefined) note(way, 'datagram', reason)
      socket.removeAllListeners('error').on('error', () => {})
      socket.close()
      resolve()
    }
    const timer = setTimeout(() => end('no answer'), PATIENCE_MS)
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message))
    socket.on('message', () => end())
    socket.once('listening', () => socket.connect(way.port, way.address, (() => socket.send('x')) as () => void))
    withNamespace(way.path, () => void socket.bind(0))
  })

process.on('message', () => {
  isOver = true
})
for (const way of plan.tcp) track(stay(way))
const from = performance.now()
let leftOut = 0
process.send!('begun')
while (!isOver) {
  const due = ((performance.now() - from) / 1000) * plan.perSecond - leftOut
  // Where the machine stood still, what is late is left out: a burst would be another load.
  const now = Math.min(due - opened, (plan.perSecond * SLICE_MS * 4) / 1000, MOST_AT_ONCE - under.size)
  leftOut += Math.max(0, due - opened - Math.max(0, now))
  for (let index = 1; index <= now; index++) track(once(plan.tcp[opened++ % plan.tcp.length]!))
  if (plan.udp.length > 0 && under.size < MOST_AT_ONCE) track(datagram(plan.udp[datagrams++ % plan.udp.length]!))
  await sleep(SLICE_MS)
}
await Promise.all(under)
process.send!({ opened, datagrams, said, failures } satisfies LoadReport, () => process.exit(0))
