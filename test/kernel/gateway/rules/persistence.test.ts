import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Persistence } from '#routes/table/entry.ts'
import { headerOf } from '#routes/table/request-values.ts'
import { type Echo, EchoBackends } from '../echo-backends.ts'
import { rawRequest } from '../raw-request.ts'
import { startGuarded } from '../security-proxy.ts'
import { entry } from '../small-table.ts'
import { HTTP_BIND, TLS_BIND } from '../tables.ts'
import { request, send, withProxy } from './with-proxy.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(['open', 'guarded', 'all'])
})
after(() => backends.stop())

const cookie: Persistence = { type: 'Cookie', name: 'sid', lifetime: 'Session', absoluteTimeoutMs: 60_000 }
const KINDS = { 'cookie.test': cookie, 'header.test': { ...cookie, type: 'Header', name: 'x-sid' } } as const

async function withSessions(work: (told: typeof ask) => Promise<void>): Promise<void> {
  const entries = Object.entries(KINDS).map(([host, persistence]) => entry(host, 'all', { id: host, persistence }))
  const proxy = await startGuarded(backends, entries)
  try {
    await work(ask)
  } finally {
    await proxy.stop()
  }
}
/** What a client is told to come back with; by its status where it is not served. */
async function ask(host: keyof typeof KINDS, head: readonly string[] = [], serverName?: string) {
  const bind = serverName === undefined ? HTTP_BIND : TLS_BIND
  const { status, headers } = await rawRequest(bind, request(host, head), serverName)
  return status === 200 ? (headerOf(headers, host === 'cookie.test' ? 'set-cookie' : 'x-sid') ?? '') : String(status)
}

test('a cookie that came by TLS is sent by TLS alone, and one of a session ends with it, however long it is good for', async () => {
  await withSessions(async (told) => {
    const form = String.raw`^sid=[0-9a-f]+\.e[0-9a-f]+\.\d+; Path=/; HttpOnly; SameSite=Lax`
    assert.match(await told('cookie.test'), new RegExp(`${form}$`))
    assert.match(await told('cookie.test', [], 'a.test'), new RegExp(`${form}; Secure$`))
  })
})

test('of who comes back without a time that can be, the time begins now', async () => {
  await withSessions(async (told) => {
    const [key, server, stop] = (await told('header.test')).split('.')
    const odd = ['', '.', '.x', `.${stop}x`, '.0', `.${'9'.repeat(30)}`]
    for (const rest of odd) {
      const again = await told('header.test', [`X-Sid: ${key}.${server}${rest}`])
      const until = Number(new RegExp(`^${key}\\.${server}\\.(\\d+)$`).exec(again)?.[1])
      assert.ok(until >= Number(stop) && until < Number(stop) + 30, `${rest} leads to ${again}`)
    }
  })
})

test('who comes back is sent to the endpoint that it was sent to before, of however many', async () => {
  const entries = Object.entries(KINDS).map(([host, persistence]) => entry(host, 'many', { id: host, persistence }))
  const come = async (host: string, head: readonly string[] = []) => {
    const { headers, body } = await send(request(host, head))
    return { headers, endpoint: (JSON.parse(body) as Echo).backend }
  }
  const work = async () => {
    const strangers = new Set<string>()
    for (let round = 0; round < 9; round++) strangers.add((await come('cookie.test')).endpoint)
    assert.equal(strangers.size, 3, 'nobody else is sent to one alone')
    for (const host of ['cookie.test', 'header.test']) {
      const { headers, endpoint } = await come(host)
      const cookie = headerOf(headers, 'set-cookie')?.split(';')[0]
      const known = cookie === undefined ? `X-Sid: ${headerOf(headers, 'x-sid')}` : `Cookie: ${cookie}`
      for (let round = 0; round < 9; round++) assert.equal((await come(host, [known])).endpoint, endpoint, host)
    }
  }
  await withProxy(backends, entries, work, new Map([['many', [...backends.ports.values()]]]))
})
