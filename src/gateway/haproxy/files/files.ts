import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { entriesOf, type ProxyMap } from '#dataplane/haproxy/proxy-map.ts'
import type { PlannedServer, ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { ProxyError } from '../proxy-error.ts'
import { configText } from './config-text.ts'
import { listLine, mapText } from './texts.ts'

export const CONFIG_FILE = 'haproxy.cfg'

/** Text of files by their names. */
export type FileTexts = ReadonlyMap<string, string>

/** All files of a plan, the configuration last: what finds it finds the others. */
export const filesOf = (plan: ProxyPlan, servers: (slot: string) => readonly PlannedServer[]): FileTexts =>
  new Map([
    ...[...plan.maps].map(([name, map]) => [name, linesOf(map)] as const),
    ...plan.certificates,
    ...plan.authorities,
    ...[...plan.certificateLists].map(
      ([name, list]) => [name, list.map((one) => `${listLine(one)}\n`).join('')] as const,
    ),
    [CONFIG_FILE, configText(plan.config, servers)],
  ])

const linesOf = (map: ProxyMap): string => {
  const text = mapText(entriesOf(map))
  return text === '' ? '' : `${text}\n`
}

/**
 * Files below a folder, each written whole or not at all, for its owner alone: there are keys among them. It knows what
 * it has written, and does not write that again.
 */
export class Files {
  readonly folder: string
  #known = new Map<string, string>()

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** Undefined where there is none. */
  read(name: string): string | undefined {
    try {
      return readFileSync(this.#path(name), 'utf8')
    } catch {
      return undefined
    }
  }

  /** Writes those that are not so yet; what stood there before is the answer, with undefined for nothing. */
  write(texts: FileTexts): ReadonlyMap<string, string | undefined> {
    const before = new Map<string, string | undefined>()
    for (const [name, text] of texts) {
      if (this.#known.get(name) === text) continue
      before.set(name, this.#known.get(name) ?? this.read(name))
      this.#put(name, text)
    }
    return before
  }

  /** Takes back what `write` has written. */
  restore(before: ReadonlyMap<string, string | undefined>): void {
    for (const [name, text] of before)
      if (text !== undefined) this.#put(name, text)
      else this.#remove(name)
  }

  /** Removes what is neither among these names nor below a folder of another's. */
  keep(names: Iterable<string>): void {
    const kept = new Set(Array.from(names, (name) => normalize(name)))
    const known = [...kept, ...this.#known.keys()]
    const folders = new Set(known.map((name) => dirname(name)).filter((folder) => folder !== '.'))
    for (const folder of folders)
      for (const entry of readdirSync(join(this.folder, folder), { withFileTypes: true }))
        if (entry.isFile() && !kept.has(join(folder, entry.name))) this.#remove(join(folder, entry.name))
  }

  /** All files, and what is known of them. */
  clear(): void {
    this.#known = new Map()
    rmSync(this.folder, { recursive: true, force: true })
    mkdirSync(this.folder, { recursive: true })
  }

  #put(name: string, text: string): void {
    const path = this.#path(name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(`${path}.new`, text, { mode: 0o600 })
    renameSync(`${path}.new`, path)
    this.#known.set(name, text)
  }

  #remove(name: string): void {
    rmSync(this.#path(name), { force: true })
    this.#known.delete(name)
  }

  #path(name: string): string {
    const path = normalize(name)
    if (path.startsWith('/') || path.startsWith('..'))
      throw new ProxyError('PLAN_INVALID', `a plan's file lies outside of its folder: ${name}`)
    return join(this.folder, path)
  }
}
