import { Agent, request } from 'node:http'
import { PORT } from './haproxy-under-test.ts'

/** Clients that ask for `/a` without a pause: half of them by one connection, half by one for each request. */
export const startClients = (count: number) => {
  let going = true
  let answered = 0
  const failures: string[] = []
  const agents = Array.from({ length: count }, (_, at) => new Agent({ keepAlive: at % 2 === 0, maxSockets: 1 }))
  const ask = (agent: Agent): Promise<string> =>
    new Promise((resolve) => {
      const asked = request({ host: '127.0.0.1', port: PORT, path: '/a', agent }, (response) => {
        response.resume()
        response.on('end', () => resolve(String(response.statusCode)))
        response.on('error', (error) => resolve(error.message))
      })
      asked.on('error', (error) => resolve(error.message))
      asked.end()
    })
  const loops = agents.map(async (agent) => {
    while (going) {
      const answer = await ask(agent)
      if (answer === '200') answered++
      else failures.push(answer)
    }
    agent.destroy()
  })
  return {
    async stop() {
      going = false
      await Promise.all(loops)
      return { answered, failures }
    },
  }
}
