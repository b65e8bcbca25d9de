import { createSocket } from 'node:dgram'
import { lookup, resolve4, resolve6 } from 'node:dns/promises'
import { request } from 'node:http'
import type { Probe, ProbeResult } from './probe-types.ts'

/** At most so many at once, so that a check is no load. */
const AT_ONCE = 8
const TRIES_UDP = 3

/** Asks all, some at a time; each once, but datagrams, which may be lost, up to three times. */
export const askProbes = async (probes: readonly Probe[], timeoutMs: number): Promise<readonly ProbeResult[]> => {
  const results: ProbeResult[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (;;) {
      const probe = probes[next++]
      if (probe === undefined) return
      results.push(await askOne(probe, timeoutMs))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results.sort((left, right) => left.id - right.id)
}

const askOne = async (probe: Probe, timeoutMs: number): Promise<ProbeResult> => {
  const start = performance.now()
  const told = (more: Pick<ProbeResult, 'who' | 'error'>): ProbeResult => ({
    id: probe.id,
    milliseconds: Math.round(performance.now() - start),
    ...more,
  })
  try {
    return told({ who: await ASK[probe.kind](probe, timeoutMs) })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return told({ error: code ?? message })
  }
}

const overTcp = ({ to, port }: Probe, timeoutMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request(
      { host: to, port, path: '/', agent: false, signal: AbortSignal.timeout(timeoutMs) },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve(text.trim()))
        response.on('error', reject)
      },
    )
    asked.on('error', (error) => reject(late(error)))
    asked.end()
  })

const late = (error: Error): Error =>
  error.name === 'AbortError' || error.name === 'TimeoutError'
    ? Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })
    : error

const overUdp = ({ to, port }: Probe, timeoutMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createSocket(to.includes(':') ? 'udp6' : 'udp4')
    let left = TRIES_UDP
    const end = (give: () => void): void => {
      clearTimeout(timer)
      socket.close()
      give()
    }
    let timer: NodeJS.Timeout
    const send = (): void => {
      if (left-- === 0) {
        end(() => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })))
        return
      }
      socket.send('?', (error) => error && end(() => reject(error)))
      timer = setTimeout(send, timeoutMs / TRIES_UDP)
    }
    socket.once('error', (error) => end(() => reject(error)))
    socket.once('message', (message) => end(() => resolve(message.toString().trim())))
    // Connected: a refusal is told, and nobody else's datagram is taken for the answer.
    socket.connect(port, to, send)
  })

const byName = async ({ to }: Probe, timeoutMs: number): Promise<string> => {
  const inTime = new Promise<never>((_, reject) => {
    setTimeout(() => reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })), timeoutMs).unref()
  })
  // A whole name is asked of the DNS alone; a short one as the pod's programs do, by its search list.
  const asked = to.endsWith('.')
    ? Promise.any([resolve4(to.slice(0, -1)), resolve6(to.slice(0, -1))]).catch((error: AggregateError) => {
        throw error.errors[0]
      })
    : lookup(to, { all: true }).then((found) => found.map(({ address }) => address))
  return (await Promise.race([asked, inTime])).toSorted().join(',')
}

const ASK = { tcp: overTcp, udp: overUdp, name: byName } as const
