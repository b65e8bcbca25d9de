/**
 * What a machine can: an HTTPS server of Node.js that knows nothing of what it gives, as a process of its own, with the
 * flags and settings of ours. A GET has as many octets for its answer as its query says, and so has the chunk that a
 * watcher gets of each PATCH; both in the cheapest way that Node.js has. Says `ready` once it listens.
 */

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { readPki } from '#apiserver/pki/pki.ts'
import { tuneForServing } from '#cluster/processes/tune-for-serving.ts'
import type { Settings } from './server.ts'

const { folder, port } = JSON.parse(process.argv.at(-1)!) as Settings
const pki = readPki(`${folder}/pki`)
if (pki === undefined) throw new Error(`no certificates in ${folder}`)
const tls = { cert: pki.server.certificate, key: pki.server.key, ca: pki.ca.certificate, requestCert: true }
const HEAD = { 'Content-Type': 'application/json' }
/** As ours writes a long list. */
const BLOCK = Buffer.alloc(128 * 1024, 'x')
const watchers: ServerResponse[] = []
const bodies = new Map<string, Buffer>()

const octetsOf = (url: string): number => Number(new URLSearchParams(url.slice(url.indexOf('?'))).get('octets'))

const sendWhole = (response: ServerResponse, url: string): void => {
  const body = bodies.get(url) ?? Buffer.alloc(octetsOf(url), 'x')
  bodies.set(url, body)
  response.writeHead(200, { ...HEAD, 'Content-Length': body.length }).end(body)
}

const sendBlocks = async (response: ServerResponse, octets: number): Promise<void> => {
  response.writeHead(200, { ...HEAD, 'Content-Length': octets })
  for (let left = octets; left > 0; left -= BLOCK.length) {
    if (response.write(BLOCK.subarray(0, left))) await setImmediate()
    else await once(response, 'drain')
  }
  response.end()
}

/** One chunk of HTTP/1.1, of `octets` in all, to everybody who watches: the same memory to each connection. */
const tell = async (request: IncomingMessage, octets: number): Promise<void> => {
  const frame = octets.toString(16).length + 4
  const event = (await text(request)).padEnd(octets - frame)
  const chunk = Buffer.from(`${event.length.toString(16)}\r\n${event}\r\n`)
  for (const { socket } of watchers) socket?.write(chunk)
}

const server = createServer(tls, async (request, response) => {
  const { url = '', method } = request
  if (url.includes('watch=true')) {
    response.writeHead(200, HEAD).flushHeaders()
    watchers.push(response)
  } else if (method === 'GET' && octetsOf(url) > BLOCK.length) await sendBlocks(response, octetsOf(url))
  else if (method === 'GET') sendWhole(response, url)
  else {
    await tell(request, octetsOf(url))
    response.writeHead(200, { ...HEAD, 'Content-Length': 0 }).end()
  }
})
// It is asked in turns with ours, and waits for longer than five seconds in between.
server.keepAliveTimeout = 0
server.listen(port, '127.0.0.1', () => {
  tuneForServing()
  process.stdout.write('ready\n')
})
