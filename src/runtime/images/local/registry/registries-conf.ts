/** How this machine gets at registries, where that is not as everybody does. */
export interface RegistrySettings {
  /** Where the images of a registry are looked for first, a `HOST[:PORT][/PATH]` of each; plain HTTP by `http://`. */
  readonly mirrors: readonly { readonly registry: string; readonly mirror: string }[]
  /** `HOST[:PORT]` of registries that speak HTTP, or TLS with a certificate that nobody vouches for; a host alone: at any port. */
  readonly insecure: readonly string[]
}

/** Registries of this machine need no TLS, as with Docker: nobody else is on the way. */
const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host)

const quoted = (text: string): string => JSON.stringify(text)

/**
 * What is to be said of `registry` in a registries.conf, version 2 (containers-registries.conf(5)), in place of the
 * machine's own; undefined where the settings say nothing of it, so that the machine's own holds.
 */
export const registriesConf = ({ mirrors, insecure }: RegistrySettings, registry: string): string | undefined => {
  const isInsecure = (host: string): boolean =>
    insecure.includes(host) || insecure.includes(host.replace(/:\d+$/, '')) || isLoopback(host)
  const own = mirrors.filter((one) => one.registry === registry)
  if (own.length === 0 && !isInsecure(registry)) return undefined
  const table = (name: string, fields: readonly string[], plain: boolean): string =>
    [`[[${name}]]`, ...fields, ...(plain ? ['insecure = true'] : [])].join('\n')
  const itself = [`prefix = ${quoted(registry)}`, `location = ${quoted(registry)}`]
  const tables = own.map(({ mirror }) => {
    const location = mirror.replace(/^https?:\/\//, '').replace(/\/+$/, '')
    const plain = mirror.startsWith('http://') || isInsecure(location.replace(/\/.*$/, ''))
    return table('registry.mirror', [`location = ${quoted(location)}`], plain)
  })
  return `${[table('registry', itself, isInsecure(registry)), ...tables].join('\n\n')}\n`
}
