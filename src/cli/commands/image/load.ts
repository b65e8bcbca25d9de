import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { makeDraft } from '#runtime/images/local/draft-folder.ts'
import type { LocalImage } from '#runtime/images/local/local-image.ts'
import { CliError } from '../../cli-error.ts'
import { type Command, quietFlag } from '../../command.ts'
import { imageDrafts, openImageStore } from '../../images/image-store.ts'
import { arrived } from '../../images/image-words.ts'
import { takeInterrupts } from '../../interrupt.ts'

export const load: Command = {
  name: 'image load',
  summary: 'take images from an archive: docker save, or OCI',
  description: `Takes every image of the archive, packed or not, under the names that it has there. With - the archive comes by standard input.
Whatever a pod's imagePullPolicy says, an image that was loaded is not asked for at a registry.`,
  argument: { name: 'FILE|-', words: [1, 1], help: 'the archive' },
  flags: {
    name: {
      value: 'NAME',
      help: 'what the image is to be called, where the archive does not say, or says something else',
    },
    quiet: quietFlag,
  },
  examples: [
    'docker save app:1 | fairlead image load -',
    'fairlead image load app.tar',
    'fairlead image load oci.tar --name app:2',
  ],
  async run({ words, flags, switches, io }) {
    const [file = ''] = words
    const store = openImageStore()
    using interrupts = takeInterrupts()
    const watch = { signal: interrupts.signal, ...(io.terminal && !switches.quiet && { progress: 2 }) }
    const tell = (images: readonly LocalImage[]): number => {
      if (!switches.quiet) for (const image of images) io.out(arrived(image))
      return 0
    }
    if (file !== '-') return tell(await store.load(file, flags.name, watch))
    if (process.stdin.isTTY)
      throw new CliError('USAGE', 'image load: standard input is a terminal, and no archive', {
        hint: 'docker save NAME | fairlead image load -',
      })
    // What reads an archive goes back and forth in it.
    using draft = makeDraft(imageDrafts())
    const path = join(draft.path, 'archive.tar')
    await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }), { signal: interrupts.signal })
    return tell(await store.load(path, flags.name, { ...watch, shown: 'the standard input' }))
  },
}
