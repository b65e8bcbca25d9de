import { coversHostname } from '#routes/table/hostname.ts'
import type { Listener, SitePort } from '#routes/table/table.ts'
import type { RuleTexts } from '../rules/rule-text.ts'
import { NOTHING, type RouteValue } from '../rules/value.ts'
import { hostKey, hostPattern } from './host-key.ts'

/**
 * What `names.map` says of the names that are asked for at a port with listeners for TLS: where the connection goes. `ended.map`
 * says the same of those whose TLS has ended here.
 */
export function addNames(
  names: Map<string, RouteValue>,
  ended: Map<string, RouteValue>,
  port: SitePort,
  rules: RuleTexts,
): void {
  for (const listener of port.listeners) {
    if (listener.protocol === 'HTTPS') names.set(keyOf(port, listener, listener.hostname), `https-${port.bind};`)
    if (listener.protocol !== 'TLS') continue
    const isEnded = listener.tls?.mode === 'Terminate'
    const own = keyOf(port, listener, listener.hostname)
    names.set(own, NOTHING)
    if (isEnded) ended.set(own, NOTHING)
    for (const entry of [...listener.entries].reverse()) {
      if (!isReached(entry.hostname, listener, port)) continue
      const key = keyOf(port, listener, entry.hostname)
      names.set(key, isEnded ? `terminated-${port.bind};` : rules.value(entry.rule))
      if (isEnded) ended.set(key, rules.value(entry.rule))
    }
  }
}

const keyOf = (port: SitePort, { star }: Listener, hostname: string) => hostKey(port.bind, hostPattern(hostname, star))

function isReached(hostname: string, listener: Listener, { listeners }: SitePort): boolean {
  const self = { hostname, star: listener.star }
  return !listeners.some(
    (other) => other !== listener && coversHostname(listener, other) && coversHostname(other, self),
  )
}
