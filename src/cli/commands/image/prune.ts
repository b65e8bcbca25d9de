import { imageAskers, imageUsers } from '#cluster/images/image-users.ts'
import { stateRoot } from '#cluster/state/state.ts'
import { type Command, quietFlag } from '../../command.ts'
import { openImageStore } from '../../images/image-store.ts'
import { shortName } from '../../images/image-words.ts'

export const prune: Command = {
  name: 'image prune',
  summary: 'take away what no pod runs',
  description: `Takes away every image that no pod of any cluster here runs, or asks for by its name; with --dangling only what has lost its name to a
newer one, or was left by a copy that was cut off.`,
  flags: { dangling: { help: 'only what has no name' }, quiet: quietFlag },
  examples: ['fairlead image prune', 'fairlead image prune --dangling'],
  async run({ switches, io }) {
    const removed = await openImageStore().prune(
      () => imageUsers(stateRoot()),
      () => imageAskers(stateRoot()),
      { all: !switches.dangling },
    )
    if (!switches.quiet) {
      for (const name of removed) io.out(`${shortName(name)} removed\n`)
      if (removed.length === 0) io.err('nothing to take away\n')
    }
    return 0
  },
}
