/**
 * What a machine can: an HTTPS server of Node.js that answers each request with the same octets and does nothing else,
 * as a process of its own. Says `ready` once it listens.
 */

import { createServer } from 'node:https'
import { readPki } from '#apiserver/pki/pki.ts'
import type { Settings } from './server.ts'

/** About as long as a Service. */
const BODY = Buffer.from(JSON.stringify({ text: 'x'.repeat(1500) }))

const { folder, port } = JSON.parse(process.argv.at(-1)!) as Settings
const pki = readPki(`${folder}/pki`)
if (pki === undefined) throw new Error(`no certificates in ${folder}`)
const server = createServer(
  { cert: pki.server.certificate, key: pki.server.key, ca: pki.ca.certificate, requestCert: true },
  (_, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': BODY.length }).end(BODY),
)
server.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'))
