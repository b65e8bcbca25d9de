import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { answerOf, type Offer } from './fake-storage.ts'

/**
 * Asks the process of the test, which does the work: to start another one for each call would take a hundred times as long.
 * `itsOwnWords`: how many of its own come before skopeo's. Words go as a line of the questions, between tabs; the answer is a status, and what is said.
 */
const program = (folder: string, itsOwnWords: number): string => `#!/bin/sh
shift ${itsOwnWords}
answer='${folder}'/answer.$$
mkfifo "$answer"
exec 3<>"$answer"
IFS='\t'
printf '%s\\n' "$answer\t$*" >'${folder}/questions'
read -r status words <&3
[ "$status" = 0 ] || printf '%s\\n' "$words" >&2
exit "$status"
`

/** Puts a skopeo that answerOf() answers for in the place of skopeo, and of unshare, on this process's PATH. */
export const fakeSkopeo = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-skopeo-'))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const put = (name: string, text: string): void => {
    writeFileSync(join(bin, name), text)
    chmodSync(join(bin, name), 0o755)
  }
  put('skopeo', program(folder, 0))
  // Namespaces would need root: it is skopeo already, behind `--mount --propagation private skopeo`.
  put('unshare', program(folder, 4))
  const offers = new Map<string, Offer>()
  const calls: (readonly string[])[] = []
  const questions = join(folder, 'questions')
  execFileSync('mkfifo', [questions])
  // For both, so that it does not end with who has asked.
  const asked = new Socket({ fd: openSync(questions, constants.O_RDWR | constants.O_NONBLOCK), writable: false })
  asked.unref()
  let text = ''
  asked.setEncoding('utf8').on('data', (more) => {
    const lines = `${text}${more}`.split('\n')
    text = lines.pop()!
    for (const line of lines) {
      const [answer = '', ...words] = line.split('\t')
      calls.push(words)
      const said = answerOf(words, offers)
      if (said !== undefined) tell(answer, said === '' ? '0\n' : `1\t${said}\n`)
    }
  })
  const path = process.env.PATH
  process.env.PATH = `${bin}${delimiter}${path}`
  return {
    folder,
    /** What a source of an image, by skopeo's name for it, gives to whoever copies it. */
    offer: (source: string, what: Offer): void => void offers.set(source, what),
    /** The words that it was called with, each time. */
    calls: (): readonly (readonly string[])[] => calls,
    [Symbol.dispose]: () => {
      process.env.PATH = path
      asked.destroy()
      rmSync(folder, { recursive: true })
    },
  }
}

const tell = (answer: string, text: string): void => {
  try {
    const file = openSync(answer, constants.O_WRONLY | constants.O_NONBLOCK)
    writeFileSync(file, text)
    closeSync(file)
  } catch {
    // Who asked was killed meanwhile.
  }
}
