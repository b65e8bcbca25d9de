import { imageAskers, imageUsers } from '#cluster/images/image-users.ts'
import { stateRoot } from '#cluster/state/state.ts'
import { type Command, quietFlag } from '../../command.ts'
import { openImageStore } from '../../images/image-store.ts'
import { shortName } from '../../images/image-words.ts'

export const rm: Command = {
  name: 'image rm',
  summary: 'take images away',
  description: `Takes each name away, and with an image's last name its layers, as far as no other image has them. The last name of an image
that a pod runs stays, and so does a name by which a pod asks for it, also where its cluster is stopped.`,
  argument: { name: 'NAME…', words: [1, 1000], help: 'the images' },
  flags: { quiet: quietFlag },
  examples: ['fairlead image rm nginx:1.27'],
  async run({ words, switches, io }) {
    const store = openImageStore()
    for (const name of words) {
      await store.remove(
        name,
        () => imageUsers(stateRoot()),
        () => imageAskers(stateRoot()),
      )
      if (!switches.quiet) io.out(`${shortName(name)} removed\n`)
    }
    return 0
  },
}
