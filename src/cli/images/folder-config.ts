import type { FolderImageConfig } from '#runtime/images/local/archive/folder-image.ts'
import { CliError } from '../cli-error.ts'
import type { Invocation } from '../command.ts'
import { wordList } from './word-list.ts'

/** How an image is to be run, by the flags of `image add`. What no pod could be made of is refused: CliError USAGE, by its flag. */
export const folderConfig = (flags: Invocation['flags']): FolderImageConfig => {
  const { workdir, user } = flags
  const [entrypoint, cmd] = [wordList('entrypoint', flags.entrypoint), wordList('cmd', flags.cmd)]
  const [env, expose] = [flags.env?.split(','), flags.expose?.split(',')]
  const odd = env?.find((entry) => !/^[^=]+=/.test(entry))
  if (odd !== undefined) throw refused(`--env has '${odd}', which is no NAME=VALUE`)
  if (workdir !== undefined && !workdir.startsWith('/'))
    throw refused(`--workdir is '${workdir}', which is no path from the root`, `for example --workdir /${workdir}`)
  if (user !== undefined && !/^[^\s:]+(?::[^\s:]+)?$/.test(user))
    throw refused(`--user is '${user}', which is no USER[:GROUP]`, 'for example --user 1000:1000, or --user app')
  return {
    ...(entrypoint && { entrypoint }),
    ...(cmd && { cmd }),
    ...(env && { env }),
    ...(workdir && { workingDir: workdir }),
    ...(user && { user }),
    ...(expose && { exposedPorts: expose.map(exposedPort) }),
  }
}

/** `80` → 80/tcp, as Docker has it. */
const exposedPort = (text: string): string => {
  const [, port, protocol = 'tcp'] = /^(\d+)(?:\/(tcp|udp|sctp))?$/.exec(text) ?? []
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw refused(`--expose has '${text}', which is no PORT/PROTOCOL`, 'for example --expose 8080/tcp,53/udp')
  return `${port}/${protocol}`
}

const refused = (why: string, hint?: string): CliError =>
  new CliError('USAGE', `image add: ${why}`, hint === undefined ? {} : { hint })
