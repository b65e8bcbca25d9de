import assert from 'node:assert/strict'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { ask } from './testing/ask.ts'
import { requestBytes } from './testing/raw-request.ts'
import { startTestServer, type TestServer } from './testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer({ seats: { all: 9, each: 3, waiting: 2 } })
})
after(() => server.close())

const GROUPS = ['system:authenticated']
const get = (user: string, path: string) => ask(server.socketPath, `GET ${path}`, undefined, { user, groups: GROUPS })

/** Sends a request of this user that is worked on for as long as its body does not come. */
const send = (user: string): Socket => {
  const headers = {
    'Content-Type': 'application/json',
    'Impersonate-User': user,
    'Impersonate-Group': GROUPS[0]!,
    Expect: '100-continue',
  }
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
  const whole = requestBytes('POST', path, headers, '{}'.padEnd(1000))
  const socket = connect(server.socketPath)
  socket.on('error', () => {}).write(whole.subarray(0, -500))
  return socket
}

/** Has so many at work: whoever is told to go on with the body has been heard. */
const occupy = (user: string, count: number): Promise<readonly Socket[]> =>
  Promise.all(
    Array.from({ length: count }, () => {
      const socket = send(user)
      return new Promise<Socket>((resolve) => socket.once('data', () => resolve(socket)))
    }),
  )

test('a user who has as many requests as a user may waits for one of them; nobody else does', async () => {
  const [first, ...sockets] = await occupy('much', 3)
  let answered = false
  const waiting = get('much', '/api').then((answer) => {
    answered = true
    return answer
  })
  assert.equal((await get('little', '/api')).status, 200)
  assert.equal((await ask(server.socketPath, 'GET /api/v1/namespaces')).status, 200)
  // Health is told at any time.
  assert.equal((await get('much', '/livez')).status, 200)
  assert.equal(answered, false)
  first!.destroy()
  assert.equal((await waiting).status, 200)
  for (const socket of sockets) socket.destroy()
  assert.equal((await get('much', '/api')).status, 200)
})

interface Refusal {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
}

const getWhole = (user: string): Promise<Refusal> =>
  new Promise((resolve, reject) => {
    const headers = { 'impersonate-user': user, 'impersonate-group': GROUPS[0]! }
    const call = request({ socketPath: server.socketPath, path: '/api', headers }, async (response) => {
      let body = ''
      for await (const chunk of response) body += String(chunk)
      resolve({ status: response.statusCode!, retryAfter: response.headers['retry-after'], body })
    })
    call.on('error', reject).end()
  })

test('where too many of a user wait, the next is refused with 429 and a time to come back', async () => {
  const sockets = await occupy('flood', 3)
  // Two of them may wait, whichever they are; nobody answers these as long as the three are at work.
  const answers = ['first', 'second', 'third'].map(() => getWhole('flood'))
  const { status, retryAfter, body } = await Promise.race(answers)
  assert.deepEqual([status, retryAfter], [429, '1'])
  const { reason, message, details } = JSON.parse(body)
  assert.deepEqual(
    [reason, message, details],
    ['TooManyRequests', 'too many requests, please try again later', { retryAfterSeconds: 1 }],
  )
  assert.equal((await get('little', '/api')).status, 200)
  for (const socket of sockets) socket.destroy()
  const all = await Promise.all(answers)
  assert.deepEqual(all.map((answer) => answer.status).sort(), [200, 200, 429])
})
