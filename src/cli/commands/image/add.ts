import { type Command, quietFlag } from '../../command.ts'
import { folderConfig } from '../../images/folder-config.ts'
import { openImageStore } from '../../images/image-store.ts'
import { arrived } from '../../images/image-words.ts'
import { takeInterrupts } from '../../interrupt.ts'

export const add: Command = {
  name: 'image add',
  summary: 'make an image of a folder',
  description: `The image has one layer: all that is in the folder, with its owners and modes. What is mounted below it is not of it. How it is
run, the flags say; what they leave open, a pod's command and args say.`,
  argument: { name: 'NAME DIR', words: [2, 2], help: 'what it is to be called, and the folder' },
  flags: {
    entrypoint: { value: 'WORDS', help: 'the program, a word or a JSON list' },
    cmd: { value: 'WORDS', help: 'its arguments, or the program, a word or a JSON list' },
    env: { value: 'NAME=VALUE,…', help: 'its environment' },
    workdir: { value: 'PATH', help: 'where it starts' },
    user: { value: 'USER[:GROUP]', help: 'as whom it runs, by name or number' },
    expose: { value: 'PORT/PROTOCOL,…', help: 'ports that it says it listens on' },
    quiet: quietFlag,
  },
  examples: [
    'fairlead image add site:1 ./public',
    `fairlead image add app:1 ./rootfs --entrypoint '["/bin/app"]' --user 1000`,
  ],
  async run({ words, flags, switches, io }) {
    const [name = '', folder = ''] = words
    const config = folderConfig(flags)
    using interrupts = takeInterrupts()
    const watch = { signal: interrupts.signal, ...(io.terminal && !switches.quiet && { progress: 2 }) }
    const image = await openImageStore().add(name, folder, config, watch)
    if (!switches.quiet) io.out(arrived(image))
    return 0
  },
}
