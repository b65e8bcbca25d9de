import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** An answer to a command, by how its line begins; what is not named is done without a word. */
type Answers = Readonly<Record<string, string | ((line: string) => string)>>

const WORDS: Answers = {
  'add server': 'New server registered.\n',
  'del server': 'Server deleted.\n',
  'new ssl cert': 'New empty certificate store!\n',
  'new ssl ca-file': 'New CA file created!\n',
  'set ssl cert': 'Transaction created!\n',
  'set ssl ca-file': 'transaction created!\n',
  'commit ssl': 'Committing x\nSuccess!\n',
  'add ssl crt-list': 'Inserting certificate.\nSuccess!\n',
  'del ssl': 'deleted!\n',
  'prepare map': 'New version created: 7\n',
  'show info': 'Pid: 42\n',
}

/** The runtime interface of a worker that has nothing, and does all that it is told but for what `answers` say. */
export class FakeHaproxy {
  readonly path: string
  /** What it was told, payloads after their lines, without `prompt` and `show`. */
  readonly told: string[] = []
  answers: Answers = {}

  private constructor(path: string) {
    this.path = path
  }

  static async start(t: TestContext): Promise<FakeHaproxy> {
    const folder = mkdtempSync(join(tmpdir(), 'haproxy-'))
    const fake = new FakeHaproxy(join(folder, 'haproxy.sock'))
    const server = createServer((socket) => fake.#serve(socket))
    await new Promise<void>((resolve) => server.listen(fake.path, resolve))
    t.after(() => {
      server.close()
      rmSync(folder, { recursive: true })
    })
    return fake
  }

  #serve(socket: Socket): void {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('error', () => {})
    socket.on('data', (chunk: string) => {
      text += chunk
      for (;;) {
        const end = /^[^\n]* <<\n/.test(text) ? text.indexOf('\n\n') + 1 : text.indexOf('\n')
        if (end <= 0) return
        const said = text.slice(0, end)
        text = text.slice(end + 1)
        socket.write(`${this.#answer(said.replace(/ <<\n/, '\n').trimEnd())}\n> `)
      }
    })
  }

  #answer(said: string): string {
    if (!/^(?:prompt|show)/.test(said)) this.told.push(said)
    const all = { ...WORDS, ...this.answers }
    // The longest that fits.
    const [name] = Object.keys(all)
      .filter((start) => said.startsWith(start))
      .sort((a, b) => b.length - a.length)
    const answer = name === undefined ? '' : all[name]!
    return typeof answer === 'string' ? answer : answer(said)
  }
}
