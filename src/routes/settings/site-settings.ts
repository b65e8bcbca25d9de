import type { Site } from '../table/table.ts'
import { readBoolean, readRanges } from '../values/texts.ts'

/** What holds for all requests to a site. */
export interface SiteSettings {
  readonly accessLog: 'json' | 'off'
  /** Whether requests are counted by the rule that takes them. */
  readonly requestMetrics: 'rule' | 'off'
  /** Ranges whose `X-Forwarded-*` headers are believed; empty: nobody's. */
  readonly trusted: readonly string[]
}

export const DEFAULT_SITE_SETTINGS: SiteSettings = { accessLog: 'off', requestMetrics: 'off', trusted: [] }

/** Keys of a ConfigMap that settings are read from. */
export const SITE_KEYS = ['access-log', 'request-metrics', 'use-forwarded-headers', 'trusted-proxies']

/** What of the settings stands in the table: what is not as it is without them. */
export const settingsInTable = ({
  trusted,
  accessLog,
  requestMetrics,
}: SiteSettings): Pick<Site, 'trusted' | 'accessLog' | 'requestMetrics'> => ({
  ...(trusted.length > 0 && { trusted }),
  ...(accessLog === 'json' && { accessLog }),
  ...(requestMetrics === 'rule' && { requestMetrics }),
})

/** Characters of a setting: more is not read by all who have to agree. */
export const LONGEST_SETTING = 65_536

/** The data of a ConfigMap, read by key; what cannot be honoured is kept, a sentence each. */
export class SettingsReader {
  readonly problems: string[] = []
  readonly #key: string
  readonly #data: { readonly [key: string]: string }

  /** `key` is the ConfigMap's `namespace/name`; what is not among `known` is a problem. */
  constructor(key: string, data: { readonly [key: string]: string }, known: readonly string[]) {
    this.#key = key
    this.#data = data
    for (const [name, text] of Object.entries(data))
      if (known.includes(name) && text.length > LONGEST_SETTING)
        this.#tell(`${name} has ${text.length} characters, and may have ${LONGEST_SETTING}`)
      else if (!known.includes(name))
        this.#tell(`${name} is not understood, and has no effect; there are ${known.join(', ')}`)
  }

  /** The first choice holds where none is said. */
  choose<const T extends string>(name: string, choices: readonly [T, T]): T {
    const text = this.#data[name]?.trim()
    const found = choices.find((choice) => choice === text)
    if (found === undefined && text !== undefined) this.#wrong(name, `is neither ${choices.join(' nor ')}`, choices[0])
    return found ?? choices[0]
  }

  /** Of `use-forwarded-headers` and `trusted-proxies`, which only together mean something. */
  trusted(): readonly string[] {
    const uses = readBoolean(this.#data['use-forwarded-headers']?.trim() ?? 'false')
    if (uses === undefined) this.#wrong('use-forwarded-headers', 'is neither true nor false', 'false')
    const { ranges, odd } = readRanges(this.#data['trusted-proxies'] ?? '')
    if (odd.length > 0)
      this.#wrong(
        'trusted-proxies',
        `has what is neither an address nor a CIDR: ${odd.join(', ')}`,
        ranges.join(', ') || 'nobody',
      )
    if (uses && ranges.length === 0)
      this.#tell('use-forwarded-headers is true, but trusted-proxies names nobody who is believed')
    return uses ? ranges : []
  }

  #wrong(name: string, why: string, instead: string): void {
    this.#tell(`${name} is ${JSON.stringify(this.#data[name])}, which ${why}; what holds instead: ${instead}`)
  }

  #tell(text: string): void {
    this.problems.push(`ConfigMap ${this.#key}: ${text}`)
  }
}
