import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const LIMIT_MS = 60_000

/** Asks until the server at that port answers. */
export const firstAnswer = async (address: string, port: number): Promise<void> => {
  const until = performance.now() + LIMIT_MS
  while (!(await answers(address, port))) {
    if (performance.now() > until) throw new Error(`no answer from ${address}:${port} in ${LIMIT_MS} ms`)
    await sleep(1)
  }
}

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const call = get({ host, port, path: '/', agent: false, timeout: 1000 }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode === 200))
    })
    call.on('error', () => resolve(false))
    call.on('timeout', () => call.destroy())
  })
