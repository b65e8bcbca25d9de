import type { Listener, SitePort } from '#routes/table/table.ts'
import type { RuleTexts } from '../rules/rule-text.ts'
import { type Led, NOTHING } from '../rules/value.ts'
import { hostKey, hostPattern } from './host-key.ts'
import { listenerOfHostname } from './listener-of-hostname.ts'

/** What is said of the names that are asked for at a port with listeners for TLS. */
interface PortNames {
  /** For `names.map`: where the connection goes. */
  readonly names: ReadonlyMap<string, Led>
  /** For `ended.map`: the same of those whose TLS has ended here. */
  readonly ended: ReadonlyMap<string, Led>
}

export function portNames(port: SitePort, rules: RuleTexts): PortNames {
  const names = new Map<string, Led>()
  const ended = new Map<string, Led>()
  const byHostname = new Map(port.listeners.map((listener) => [listener.hostname, listener]))
  for (const listener of port.listeners) {
    const own = keyOf(port, listener, listener.hostname)
    if (listener.protocol === 'HTTPS') names.set(own, elsewhere(`https-${port.bind};`))
    if (listener.protocol !== 'TLS') continue
    const isEnded = listener.tls?.mode === 'Terminate'
    names.set(own, elsewhere(NOTHING))
    if (isEnded) ended.set(own, elsewhere(NOTHING))
    for (const entry of [...listener.entries].reverse()) {
      if (listenerOfHostname(byHostname, entry.hostname, listener.star) !== listener) continue
      const key = keyOf(port, listener, entry.hostname)
      const led = rules.of(entry.rule)
      names.set(key, isEnded ? elsewhere(`terminated-${port.bind};`) : led)
      if (isEnded) ended.set(key, led)
    }
  }
  return { names, ended }
}

const elsewhere = (value: string): Led => ({ value })
const keyOf = (port: SitePort, { star }: Listener, hostname: string) => hostKey(port.bind, hostPattern(hostname, star))
