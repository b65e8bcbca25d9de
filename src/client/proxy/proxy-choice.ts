import { containsAddress, tryParseCidr } from '#net/cidr.ts'
import { tryParseAddress } from '#net/ip-address.ts'
import { KubeconfigError } from '../kubeconfig/kubeconfig.ts'

const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:']

type Environment = Readonly<Record<string, string | undefined>>

/** A proxy's URL; `where` is what a message names it by. Throws KubeconfigError. */
export const parseProxy = (text: string, where: string): URL => {
  const url = URL.parse(/^[a-z0-9]+:\/\//i.test(text) ? text : `http://${text}`)
  if (url && SCHEMES.includes(url.protocol) && url.hostname) return url
  throw new KubeconfigError(`${where} ${JSON.stringify(text)} is no proxy that is known`, {
    hint: 'http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT',
  })
}

/**
 * The proxy that the environment names for a server, as Go's programs read it: HTTPS_PROXY or HTTP_PROXY by the server's
 * scheme, unless NO_PROXY names the server, or the server is of this machine. Throws KubeconfigError.
 */
export const environmentProxy = (server: URL, environment: Environment): URL | undefined => {
  const read = (name: string): string | undefined => environment[name] || environment[name.toLowerCase()] || undefined
  const variable = server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const text = read(variable)
  if (text === undefined || isDirect(server, read('NO_PROXY') ?? '')) return undefined
  return parseProxy(text, `$${variable}`)
}

const isDirect = (server: URL, noProxy: string): boolean => {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase()
  const port = server.port || (server.protocol === 'https:' ? '443' : '80')
  const address = tryParseAddress(host)
  if (host === 'localhost' || (address && (host === '::1' || host.startsWith('127.')))) return true
  return noProxy
    .split(',')
    .map((rule) => rule.trim().toLowerCase())
    .filter((rule) => rule !== '')
    .some((rule) => {
      if (rule === '*') return true
      const range = rule.includes('/') ? tryParseCidr(rule, { hostBitsAllowed: true }) : undefined
      if (range) return address !== undefined && containsAddress(range, address)
      const [, bracketed, plain, rulePort] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(rule) ?? []
      const name = bracketed ?? plain ?? rule
      if (rulePort !== undefined && rulePort !== port) return false
      if (address) return name === host
      const domain = name.replace(/^\*(?=\.)/, '')
      return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`)
    })
}
