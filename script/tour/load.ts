import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

interface LoadReport {
  readonly answered: number
  readonly failures: readonly string[]
  /** Names of the pods that answered. */
  readonly pods: ReadonlySet<string>
}

const ask = (url: string): Promise<string> =>
  new Promise((resolve, reject) => {
    // A connection of its own for each request, as a new user would make.
    const call = get(url, { agent: false, timeout: 3_000 }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
      })
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`status ${response.statusCode}`)),
      )
      response.on('error', reject)
    })
    call.on('timeout', () => call.destroy(new Error('no answer in 3 s')))
    call.on('error', reject)
  })

/** Asks the URLs in turn, one request every `everyMs`, whether the former is answered or not; `stop` waits for the last answers. */
export const startLoad = (urls: readonly string[], everyMs: number): { readonly stop: () => Promise<LoadReport> } => {
  const failures: string[] = []
  const pods = new Set<string>()
  const open = new Set<Promise<void>>()
  let answered = 0
  let stopped = false
  const request = async (url: string): Promise<void> => {
    try {
      pods.add((await ask(url)).trim())
      answered++
    } catch (error) {
      failures.push(`${url}: ${(error as Error).message}`)
    }
  }
  const running = (async (): Promise<void> => {
    for (let turn = 0; !stopped; turn++) {
      const one = request(urls[turn % urls.length]!).finally(() => open.delete(one))
      open.add(one)
      await sleep(everyMs)
    }
  })()
  return {
    stop: async () => {
      stopped = true
      await running
      await Promise.all(open)
      return { answered, failures, pods }
    },
  }
}
