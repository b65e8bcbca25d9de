import type { RegistrySettings } from '#runtime/images/local/registry/registries-conf.ts'
import { CliError } from '../cli-error.ts'
import type { Flag } from '../command.ts'

export const registryFlags: Readonly<Record<'registry-mirror' | 'insecure-registry', Flag>> = {
  'registry-mirror': { value: 'REGISTRY=URL,…', help: 'where the images of a registry are looked for first' },
  'insecure-registry': {
    value: 'HOST[:PORT],…',
    help: 'registries without TLS, or whose certificate nobody vouches for',
  },
}

const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d+)?$/

const list = (text: string | undefined): readonly string[] => text?.split(',').filter((part) => part !== '') ?? []

/** What the two flags say. Throws CliError USAGE. */
export const registrySettings = (
  verb: string,
  flags: Readonly<Record<string, string | undefined>>,
): RegistrySettings => {
  const insecure = list(flags['insecure-registry'])
  const odd = insecure.find((host) => !HOST.test(host))
  if (odd !== undefined)
    throw new CliError('USAGE', `${verb}: --insecure-registry has '${odd}', which is no HOST or HOST:PORT`)
  const mirrors = list(flags['registry-mirror']).map((entry) => {
    const [, registry = '', mirror = ''] = /^([^=]+)=(.+)$/.exec(entry) ?? []
    const host = mirror.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
    if (!HOST.test(registry) || !HOST.test(host))
      throw new CliError('USAGE', `${verb}: --registry-mirror has '${entry}', which is no REGISTRY=URL`, {
        hint: '--registry-mirror docker.io=http://mirror.local:5000',
      })
    return { registry, mirror }
  })
  return { mirrors, insecure }
}
