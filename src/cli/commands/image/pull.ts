import { type Command, quietFlag } from '../../command.ts'
import { openImageStore } from '../../images/image-store.ts'
import { arrived } from '../../images/image-words.ts'
import { registryFlags, registrySettings } from '../../images/registry-flags.ts'
import { takeInterrupts } from '../../interrupt.ts'

export const pull: Command = {
  name: 'image pull',
  summary: 'fetch images from their registries',
  description: `Fetches each image that a pod may need later, with the logins that docker login or skopeo login have kept for whoever runs this.
What is fetched so stays until it is taken away; what pods have fetched by themselves goes where the disk is nearly full and nobody runs it.`,
  argument: { name: 'NAME…', words: [1, 100], help: 'the images' },
  flags: { ...registryFlags, quiet: quietFlag },
  examples: [
    'fairlead image pull nginx:1.27',
    'fairlead image pull registry.local:5000/app:1 --insecure-registry registry.local:5000',
  ],
  async run({ words, flags, switches, io }) {
    const store = openImageStore()
    const registries = registrySettings('image pull', flags)
    using interrupts = takeInterrupts()
    const progress = io.terminal && !switches.quiet && { progress: 2 }
    for (const name of words) {
      const image = await store.pull(name, { registries, signal: interrupts.signal, pinned: true, ...progress })
      if (!switches.quiet) io.out(arrived(image))
    }
    return 0
  },
}
