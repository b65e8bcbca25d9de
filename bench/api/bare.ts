/**
 * What a machine can: an HTTPS server of Node.js that knows nothing of what it gives, as a process of its own. A GET has as
 * many octets for its answer as its query says, and so has what a watcher gets of each PATCH. Says `ready` once it listens.
 */

import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { readPki } from '#apiserver/pki/pki.ts'
import type { Settings } from './server.ts'

const { folder, port } = JSON.parse(process.argv.at(-1)!) as Settings
const pki = readPki(`${folder}/pki`)
if (pki === undefined) throw new Error(`no certificates in ${folder}`)
const tls = { cert: pki.server.certificate, key: pki.server.key, ca: pki.ca.certificate, requestCert: true }
const HEAD = { 'Content-Type': 'application/json' }
const watchers: ServerResponse[] = []
const bodies = new Map<string, Buffer>()

const octetsOf = (url: string): number => Number(new URLSearchParams(url.slice(url.indexOf('?'))).get('octets'))

const bodyOf = (url: string): Buffer => {
  const known = bodies.get(url) ?? Buffer.alloc(octetsOf(url), 'x')
  bodies.set(url, known)
  return known
}

const server = createServer(tls, async (request, response) => {
  const { url = '', method } = request
  if (url.includes('watch=true')) {
    response.writeHead(200, HEAD).flushHeaders()
    watchers.push(response)
    return
  }
  if (method !== 'GET') {
    const event = `${(await text(request)).padEnd(octetsOf(url) - 1)}\n`
    for (const watcher of watchers) watcher.write(event)
  }
  const body = bodyOf(url)
  response.writeHead(200, { ...HEAD, 'Content-Length': body.length }).end(body)
})
server.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'))
