import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { test } from 'node:test'
import type { RoutingTable } from '#routes/table/table.ts'
import { shownTable } from './shown-table.ts'
import { startStatusServer } from './status-server.ts'

test('whatever is asked for is answered, and ends nothing', async (t) => {
  const server = await startStatusServer(0, {
    '/readyz': async () => ({ text: 'ok' }),
    '/ill': async () => ({ isWell: false, text: 'not yet' }),
    '/lost': async () => {
      throw new Error('HAProxy does not answer')
    },
  })
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const status = async (target: string, method = 'GET'): Promise<string> => {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8')
    socket.write(`${method} ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    const [text] = (await once(socket, 'data')) as [string]
    socket.destroy()
    return text.split(' ')[1] ?? ''
  }
  for (const odd of ['//', '//[', 'http://[', '*', '/constructor']) assert.equal(await status(odd), '404', odd)
  assert.equal(await status('/readyz?x'), '200')
  assert.equal(await status('/readyz', 'POST'), '405')
  assert.equal(await status('/none', 'POST'), '404')
  assert.equal(await status('/ill'), '503')
  assert.equal(await status('/lost'), '500')
  const lost = await fetch(`http://127.0.0.1:${port}/lost`)
  assert.equal(await lost.text(), 'HAProxy does not answer\n')
  await assert.rejects(startStatusServer(port, {}), { code: 'EADDRINUSE' })
})

test('what routes write into headers, and know requests by, is not shown; what is the same is seen to be so', () => {
  const filters = [{ type: 'requestHeaders', set: [{ name: 'authorization', value: 'Bearer 1' }], add: [], remove: [] }]
  const match = (value: string) => ({
    headers: [{ name: 'x-api-key', type: 'Exact', value }],
    query: [{ name: 'token', type: 'RegularExpression', value: 'secret.*' }],
    rule: { filters },
  })
  const nothing = { backends: new Map(), certificates: new Map(), authorities: new Map() }
  const shown = (value: string): string => {
    const sites = [{ ports: [{ listeners: [{ entries: [match(value)] }] }] }]
    return shownTable({ sites, ...nothing } as unknown as RoutingTable, () => [], {
      refused: new Map(),
      waiting: new Map(),
    })
  }
  for (const word of ['Bearer', 'one-key', 'secret']) assert.ok(!shown('one-key').includes(word), word)
  for (const word of ['authorization', 'x-api-key', 'token']) assert.ok(shown('one-key').includes(word), word)
  assert.equal(shown('one-key'), shown('one-key'))
  assert.notEqual(shown('one-key'), shown('other-key'))
})

test('of certificates it is shown where they are from, of authorities what they are called, and where requests go', () => {
  const origin = { kind: 'Secret', namespace: 'shop', name: 'cert' }
  const table = {
    sites: [],
    backends: new Map([['b', { key: 'b' }]]),
    certificates: new Map([['c', { origin, names: [], chain: 'chain', key: 'secret' }]]),
    authorities: new Map([['ca', 'bundle']]),
  } as unknown as RoutingTable
  const server = { name: 'e0', address: '10.0.0.1', port: 80, state: 'ready' } as const
  const [refused, waiting] = [new Map([['r', 'no']]), new Map([['w', 'later']])]
  const serversOf = (key: string) => (key === 'b' ? [server as never] : [])
  assert.deepEqual(JSON.parse(shownTable(table, serversOf, { refused, waiting })), {
    sites: [],
    backends: [{ key: 'b', endpoints: [{ address: '10.0.0.1', port: 80, state: 'ready' }] }],
    certificates: [{ key: 'c', origin }],
    authorities: ['ca'],
    refused: { r: 'no' },
    waiting: { w: 'later' },
  })
})
