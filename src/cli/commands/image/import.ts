import { makeDraft } from '#runtime/images/local/draft-folder.ts'
import { type Command, quietFlag } from '../../command.ts'
import { imageDrafts, openImageStore } from '../../images/image-store.ts'
import { arrived } from '../../images/image-words.ts'
import { exportImage, OTHER_STORES } from '../../images/other-stores.ts'
import { takeInterrupts } from '../../interrupt.ts'

export const importImage: Command = {
  name: 'image import',
  summary: 'take an image from Docker, Podman or containerd on this machine',
  description: `Asks them one after the other, where they are installed, and takes the image from the first that has it.`,
  argument: { name: 'NAME…', words: [1, 100], help: 'what the images are called there' },
  flags: {
    from: { value: 'WHOM', choices: [...new Set(OTHER_STORES.map(({ name }) => name))], help: 'ask this one alone' },
    quiet: quietFlag,
  },
  examples: ['fairlead image import app:1', 'fairlead image import app:1 --from podman'],
  async run({ words, flags, switches, io }) {
    const store = openImageStore()
    using interrupts = takeInterrupts()
    const { signal } = interrupts
    for (const name of words) {
      using draft = makeDraft(imageDrafts())
      const archive = await exportImage(name, { from: flags.from, folder: draft.path, signal })
      const progress = io.terminal && !switches.quiet && { progress: 2 }
      for (const image of await store.load(archive, name, { signal, ...progress }))
        if (!switches.quiet) io.out(arrived(image))
    }
    return 0
  },
}
