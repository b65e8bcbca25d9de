import { createReadStream, lstatSync, readdirSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { HttpError } from '../log-answers.ts'

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (found) => ESCAPES[found]!)

/**
 * Answers GET of a folder of logs as a page of what is in it, and of a file with its octets: what a kubelet serves at
 * `/logs/`. `path`: the words behind it. Throws HttpError 404, 405.
 */
export const logFolder = (
  root: string,
  path: readonly string[],
  { method }: IncomingMessage,
  response: ServerResponse,
): void => {
  if (method !== 'GET' && method !== 'HEAD') throw new HttpError(405, `${method} is not allowed on logs: use GET`)
  const words = path.filter((word) => word !== '')
  // No word leads elsewhere, and no link is followed: only what the kubelet itself has written is shown.
  const leadsAway = words.some((word) => word === '.' || word === '..' || word.includes('/') || word.includes('\0'))
  const place = join(root, ...words)
  const found = leadsAway ? undefined : lstatSync(place, { throwIfNoEntry: false })
  if (found?.isFile()) {
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'content-length': found.size })
    if (method === 'HEAD' || found.size === 0) response.end()
    // It may grow meanwhile.
    else
      createReadStream(place, { end: found.size - 1 })
        .on('error', () => response.destroy())
        .pipe(response)
    return
  }
  // Before the first container there is no folder yet.
  if (!found?.isDirectory() && words.length > 0) throw new HttpError(404, `there is no log ${words.join('/')}`)
  const entries = found?.isDirectory() ? readdirSync(place, { withFileTypes: true }) : []
  const links = entries
    .map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort()
    .map((name) => `<a href="${escaped(encodeURI(name))}">${escaped(name)}</a>\n`)
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
  response.end(method === 'HEAD' ? undefined : `<pre>\n${links.join('')}</pre>\n`)
}
