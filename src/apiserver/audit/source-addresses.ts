import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/**
 * From where a request came, by way of whom: what proxies say of it, and last the connection itself, which is all that
 * can be believed. None of a Unix socket.
 */
export const sourceAddresses = ({ headers, socket }: IncomingMessage): readonly string[] => {
  const said = (name: 'x-forwarded-for' | 'x-real-ip'): readonly string[] =>
    String(headers[name] ?? '')
      .split(',')
      .map((text) => text.trim())
      .filter((text) => isIP(text) > 0)
  const found = [...said('x-forwarded-for')]
  const [real] = said('x-real-ip')
  if (real !== undefined && !found.includes(real)) found.push(real)
  const remote = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
  if (remote !== '' && found.at(-1) !== remote) found.push(remote)
  return found
}
