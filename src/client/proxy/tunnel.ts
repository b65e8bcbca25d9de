import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { rootCertificates } from 'node:tls'
import { socketText } from '#net/port-protocol.ts'
import { connectSocks } from './socks5.ts'
import { proxyText, TunnelError } from './tunnel-error.ts'

/** Whom a proxy is believed that is asked by TLS. */
interface ProxyTrust {
  /** PEM; believed beside the authorities that everybody believes. */
  readonly ca?: string | undefined
  readonly rejectUnauthorized: boolean
}

/**
 * Connects to a host by a proxy: http and https by CONNECT (RFC 9110, 9.3.6), socks5 by RFC 1928. Rejects with
 * TunnelError.
 */
export const openTunnel = (proxy: URL, host: string, port: number, trust: ProxyTrust): Promise<Socket> =>
  proxy.protocol.startsWith('socks5') ? connectSocks(proxy, host, port) : connectHttp(proxy, host, port, trust)

const connectHttp = (proxy: URL, host: string, port: number, trust: ProxyTrust): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const target = socketText(host, port)
    const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
    const request = (proxy.protocol === 'https:' ? httpsRequest : httpRequest)({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: target,
      agent: false,
      ...(proxy.protocol === 'https:' && {
        rejectUnauthorized: trust.rejectUnauthorized,
        ...(trust.ca !== undefined && { ca: [...rootCertificates, trust.ca] }),
      }),
      headers: {
        host: target,
        ...(proxy.username && { 'proxy-authorization': `Basic ${Buffer.from(user).toString('base64')}` }),
      },
    })
    request.on('connect', (response, socket, head) => {
      if (response.statusCode === 200) {
        if (head.length > 0) socket.unshift(head)
        resolve(socket as Socket)
        return
      }
      socket.destroy()
      const words = `${response.statusCode} ${response.statusMessage}`
      const login = response.statusCode === 407 ? ': it wants a login, http://USER:PASSWORD@HOST' : ''
      reject(new TunnelError(`the proxy ${proxyText(proxy)} does not lead to ${target}: ${words}${login}`))
    })
    request.on('response', (response) => {
      response.resume()
      reject(new TunnelError(`the proxy ${proxyText(proxy)} does not lead to ${target}: ${response.statusCode}`))
    })
    request.on('error', (cause) =>
      reject(new TunnelError(`the proxy ${proxyText(proxy)}: ${cause.message}`, { cause })),
    )
    request.end()
  })
