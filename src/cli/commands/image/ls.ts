import { imageUsers } from '#cluster/images/image-users.ts'
import { stateRoot } from '#cluster/state/state.ts'
import { isPinned } from '#runtime/images/local/local-image.ts'
import { type Command, outputFlag } from '../../command.ts'
import { openImageStore } from '../../images/image-store.ts'
import { shortName } from '../../images/image-words.ts'
import { sizeText } from '../../images/size-text.ts'
import { table } from '../../table.ts'

export const ls: Command = {
  name: 'image ls',
  summary: 'what is here',
  description: `The images that were fetched or brought to this machine, by name. All nodes of all its clusters have them. The built-in ones,
fairlead/echo and fairlead/host, are always there and not listed; nor are names that one of them stands in for while a registry is
out of reach, since those images are not here: a pod's Events tell of that.`,
  flags: { output: outputFlag },
  examples: ['fairlead image ls', 'fairlead image ls -o json'],
  async run({ flags, io }) {
    const images = openImageStore().list()
    const users = imageUsers(stateRoot())
    if (flags.output === 'json') {
      const rows = images.map(({ name, id, digests, origin, sizeBytes, keptAt, pinned, config }) => ({
        name,
        id,
        digests,
        origin,
        sizeBytes,
        keptAt,
        pinned: isPinned({ origin, pinned }),
        platform: `${config.os}/${config.architecture}`,
        pods: users.get(id) ?? [],
      }))
      io.out(`${JSON.stringify(rows)}\n`)
    } else if (images.length === 0) io.err('no images; bring one with: fairlead image load FILE, or pull NAME\n')
    else
      io.out(
        table(
          ['NAME', 'ID', 'SIZE', 'FROM', 'PODS'],
          images.map(({ name, id, sizeBytes, origin }) => [
            shortName(name),
            id.slice('sha256:'.length, 19),
            sizeText(sizeBytes),
            origin === 'registry' ? 'registry' : 'here',
            String(users.get(id)?.length ?? 0),
          ]),
        ),
      )
    return 0
  },
}
