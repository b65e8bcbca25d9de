import assert from 'node:assert/strict'
import { constants } from 'node:crypto'
import { after, before, test } from 'node:test'
import { connect, type SecureVersion } from 'node:tls'
import type { SitePort } from '#routes/table/table.ts'
import { EchoBackends } from './echo-backends.ts'
import { ProxyUnderTest } from './proxy-under-test.ts'
import { ended, entry, listener, tableOf } from './small-table.ts'
import { plainBackend, TLS_BIND } from './tables.ts'
import { testCertificate } from './test-certificate.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const OPEN_BIND = TLS_BIND + 1
const own = testCertificate(['shop.test'])
const client = testCertificate(['client.test'])
let backends: EchoBackends
let proxy: ProxyUnderTest

before(async () => {
  backends = await EchoBackends.start(['one'])
  const port = (port: number, bind: number, more: Partial<SitePort> = {}): SitePort => ({
    port,
    bind,
    kind: 'tls',
    listeners: [listener('shop.test', 'HTTPS', [entry('shop.test', 'one')], ended('own'))],
    ...more,
  })
  proxy = await ProxyUnderTest.start(
    tableOf(
      [port(443, TLS_BIND, { clients: { mode: 'AllowValidOnly', authorities: ['clients'] } }), port(8443, OPEN_BIND)],
      [plainBackend('one')],
      { certificates: { own }, authorities: { clients: client.chain } },
    ),
    backends.ports,
  )
})
after(async () => {
  await proxy.stop()
  backends.stop()
})

interface How {
  readonly version: SecureVersion
  readonly tickets: boolean
  readonly session?: Buffer
  readonly cert?: string
  readonly key?: string
}

interface Got {
  readonly status: string
  readonly isReused: boolean
  readonly session: Buffer | undefined
}

const ask = (port: number, { version, tickets, ...more }: How): Promise<Got> =>
  new Promise((resolve) => {
    let session: Buffer | undefined
    let text = ''
    let isReused = false
    const socket = connect({
      port,
      host: '127.0.0.1',
      servername: 'shop.test',
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
      ...(tickets ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
      ...more,
    })
    socket.on('session', (given) => {
      session = given
    })
    socket.on('secureConnect', () => {
      isReused = socket.isSessionReused()
      session ??= socket.getSession()
      socket.write('GET /x HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n')
    })
    socket.on('data', (data) => {
      text += data
    })
    socket.setTimeout(3000, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve({ status: text.slice(9, 12), isReused, session }))
  })

for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
  for (const tickets of [true, false])
    test(`a session of a port that asks nobody for a certificate opens no other one: ${version}, ${tickets ? 'with' : 'without'} tickets`, async () => {
      const how = { version, tickets }
      const shown = { cert: client.chain, key: client.key }
      assert.equal((await ask(TLS_BIND, how)).status, '', 'without a certificate')
      assert.equal((await ask(TLS_BIND, { ...how, ...shown })).status, '200', 'with one')
      const open = await ask(OPEN_BIND, how)
      assert.equal(open.status, '200')
      const session = open.session
      assert.ok(session)
      const resumed = await ask(TLS_BIND, { ...how, session })
      assert.deepEqual([resumed.status, resumed.isReused], ['', false])
    })

test('a client comes back to its own port by a ticket', async () => {
  const how = { version: 'TLSv1.2', tickets: true } as const
  const { session } = await ask(OPEN_BIND, how)
  assert.ok(session)
  const { status, isReused } = await ask(OPEN_BIND, { ...how, session })
  assert.deepEqual([status, isReused], ['200', true])
})
