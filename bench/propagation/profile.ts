import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

interface Profiler {
  /** Ends it and writes the profile, to be opened in a browser's developer tools. */
  stop(path: string): Promise<void>
}

/** Profiles a running Node.js process of this network namespace by its inspector, which SIGUSR1 opens on port 9229. */
export const profile = async (pid: number): Promise<Profiler> => {
  process.kill(pid, 'SIGUSR1')
  let url: string | undefined
  for (let tries = 0; url === undefined; tries++) {
    if (tries > 100) throw new Error(`process ${pid} opened no inspector`)
    await sleep(50)
    url = await fetch('http://127.0.0.1:9229/json').then(
      async (answer) => ((await answer.json()) as { webSocketDebuggerUrl: string }[])[0]?.webSocketDebuggerUrl,
      () => undefined,
    )
  }
  const socket = new WebSocket(url)
  const waiting = new Map<number, (result: { readonly profile?: object }) => void>()
  socket.onmessage = ({ data }) => {
    const { id, result } = JSON.parse(String(data)) as { id: number; result: { profile?: object } }
    waiting.get(id)?.(result)
  }
  await new Promise((resolve) => {
    socket.onopen = resolve
  })
  const call = (id: number, method: string, params: object = {}) =>
    new Promise<{ readonly profile?: object }>((resolve) => {
      waiting.set(id, resolve)
      socket.send(JSON.stringify({ id, method, params }))
    })
  await call(1, 'Profiler.enable')
  await call(2, 'Profiler.setSamplingInterval', { interval: 200 })
  await call(3, 'Profiler.start')
  return {
    async stop(path) {
      const { profile: result } = await call(4, 'Profiler.stop')
      writeFileSync(path, JSON.stringify(result))
      socket.close()
    },
  }
}
