import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { API } from 'typescript/unstable/sync'

/** What is declared and not read: no fault of types. */
const UNREAD: ReadonlySet<number> = new Set([6133, 6138, 6192, 6196, 6198])

/** The compiler over a tree in which one file may have another text. */
export class TypeFaults {
  readonly #compiler: API
  readonly #config: string
  #file = ''
  #text = ''

  constructor(top: string) {
    this.#config = join(top, 'tsconfig.json')
    const readFile = (path: string) => (path === this.#file ? this.#text : undefined)
    this.#compiler = new API({ cwd: top, fs: { readFile } })
    this.#compiler.updateSnapshot({ openProject: this.#config })
  }

  /** Whether the compiler refuses a file, once it has this text. */
  has(file: string, text: string): boolean {
    this.#file = file
    this.#text = text
    const { program } = this.#compiler.updateSnapshot({ fileChanges: { changed: [file] } }).getProject(this.#config)!
    const isRefused = program.getSemanticDiagnostics(file).some(({ code }) => !UNREAD.has(code))
    this.#text = readFileSync(file, 'utf8')
    return isRefused
  }

  close(): void {
    this.#compiler.close()
  }
}
