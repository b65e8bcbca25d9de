import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostOf } from './objects.ts'
import type { ProxyServer } from './proxies.ts'

interface WrkOptions {
  /** For its scripts. */
  readonly folder: string
  readonly netns: string
  readonly routes: number
  /** Of a full load. */
  readonly connections: number
}

/** What a load did. */
interface Load {
  readonly rps: number
  /** Answers other than 2xx and 3xx, and connections at fault. */
  readonly failed: number
  readonly requests: number
}

/** Load by wrk: all hosts in turns, each connection kept. */
export class Wrk {
  readonly #folder: string
  readonly #netns: string
  readonly #connections: number

  constructor({ folder, netns, routes, connections }: WrkOptions) {
    this.#folder = folder
    this.#netns = netns
    this.#connections = connections
    const hosts = Array.from({ length: routes }, (_, route) => `"${hostOf(route)}"`).join(',')
    const script = (delay: string): string => `local all, at = {}, 0
function init()
  for number, host in ipairs({${hosts}}) do
    all[number] = wrk.format("GET", "/items/" .. number .. "?page=2", { Host = host })
  end
end
function request()
  at = at % #all + 1
  return all[at]
end
${delay}`
    writeFileSync(join(folder, 'full.lua'), script(''))
    writeFileSync(join(folder, 'calm.lua'), script('function delay() return 10 end\n'))
  }

  /** As much as a proxy answers, and microseconds of its processor time for one. Throws where an answer is no 200. */
  async measure(
    { name, port, pids }: ProxyServer,
    seconds: number,
  ): Promise<{ readonly rps: number; readonly cpu_us: number }> {
    const before = processorMicros(pids())
    const { rps, failed, requests } = loadOf(await ended(this.#start('full', port, this.#connections, seconds)))
    if (failed > 0) throw new Error(`${name}: ${failed} of ${requests} requests failed`)
    return { rps, cpu_us: (processorMicros(pids()) - before) / requests }
  }

  /** A load that leaves room for other work, until it is stopped. */
  calm(port: number): { stop(): Promise<Load> } {
    const child = this.#start('calm', port, 16, 3600)
    const all = ended(child)
    return {
      stop: async () => {
        child.kill('SIGINT')
        return loadOf(await all)
      },
    }
  }

  #start(script: 'full' | 'calm', port: number, connections: number, seconds: number): ChildProcess {
    const words = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', join(this.#folder, `${script}.lua`)]
    const command = [`--net=${this.#netns}`, 'wrk', ...words, `http://127.0.0.1:${port}/`]
    return spawn('nsenter', command, { stdio: ['ignore', 'pipe', 'inherit'] })
  }
}

const ended = async (child: ChildProcess): Promise<string> => {
  let text = ''
  child.stdout!.setEncoding('utf8')
  child.stdout!.on('data', (chunk: string) => {
    text += chunk
  })
  await once(child, 'close')
  return text
}

const loadOf = (text: string): Load => {
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? 0)
  const faults = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? []
  const rps = number(/^Requests\/sec:\s+([\d.]+)/m)
  if (rps === 0) throw new Error(`wrk said: ${text}`)
  return {
    rps,
    requests: number(/^\s*(\d+) requests in/m),
    failed: number(/Non-2xx or 3xx responses: (\d+)/) + faults.reduce((sum, one) => sum + Number(one), 0),
  }
}

/** Of all threads, as the scheduler counts them. */
const processorMicros = (pids: readonly number[]): number =>
  pids
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((task) => `/proc/${pid}/task/${task}/schedstat`))
    .reduce((sum, file) => sum + Number(readFileSync(file, 'utf8').split(' ')[0]) / 1000, 0)
