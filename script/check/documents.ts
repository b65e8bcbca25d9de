import { basename, dirname, join, normalize } from 'node:path'
import type { Check, Fault } from './check.ts'
import { lineOf, roomOf } from './tree.ts'

/** A name of a file: with an extension that files of ours have. */
const FILE = /(?<![\w./*<{$-])(?:[\w@.-]+\/)*[\w.-]*\w\.(?:ts|json|md|sh|mjs)(?![\w/*])/g
/** A path without one, from a folder at the top: `src/dns/`, `test/kernel`. */
const FOLDER = /(?<![\w./-])(?:src|test|docs|script|bench|bin|examples)\/[\w/.-]*\w/g
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g

/** What stands for a name, in capitals: `STATE/NAME/cluster.json`. */
const PLACEHOLDER = /(?:^|\/)[A-Z]+(?=[/.-]|$)/
/** A function, with its brackets, and a word with a capital inside: `ServiceFeed`, `internalTrafficPolicy`. */
const SYMBOL = /^`(?:new )?(?:\w+[.#])*(?:(\w+)\([^)]*\)|([A-Za-z]+[a-z][A-Z]\w*))`$/

/** Files and folders, and these again by each end of their path. */
const placesOf = (paths: Iterable<string>): ReadonlySet<string> => {
  const places = new Set<string>()
  for (const path of paths)
    for (let place = path; place !== '.'; place = dirname(place)) {
      const parts = place.split('/')
      for (const start of parts.keys()) places.add(parts.slice(start).join('/'))
    }
  return places
}

/** Decisions may be named by their number alone. */
const decisionsOf = (paths: Iterable<string>): readonly string[] =>
  [...paths].flatMap((path) => /^docs\/adr\/\d{4}/.exec(path) ?? [])

/** A file, folder or function that a document or a comment names, and that is not there. */
export const documents: Check = {
  name: 'documents',
  find: ({ texts, units }) => {
    const code = [...units.values()].map(({ text }) => text.replace(COMMENT, ''))
    const words = new Set(code.flatMap((text) => text.match(/[\w$]+/g) ?? []))
    const made = new Set(code.flatMap((text) => text.match(/[\w.-]+(?=['"`])/g) ?? []))
    const places = placesOf([...texts.keys(), ...decisionsOf(texts.keys())])
    // In a comment, a file's name alone means one of the same room.
    const rooms = new Set([...units.keys()].map((path) => `${roomOf(path)}: ${basename(path)}`))
    const isElsewhere = (path: string, name: string): boolean =>
      path.startsWith('src/') && /^[^/]+\.ts$/.test(name) && !rooms.has(`${roomOf(path)}: ${name}`)
    const faults = new Map<string, Fault>()
    const miss = (path: string, name: string, position: number): void => {
      const message = `line ${lineOf(texts.get(path)!, position)} names it, and it is not there`
      faults.set(`${path}: ${name}`, { subject: `${path}: ${name}`, message })
    }
    const readPaths = (path: string, text: string, offset: number): void => {
      for (const pattern of [FILE, FOLDER])
        for (const { 0: name, index } of text.matchAll(pattern)) {
          const isThere = places.has(name) || places.has(normalize(join(dirname(path), name)))
          // A file without its folder may be one that the code makes.
          const isMade = !name.includes('/') && made.has(name)
          if ((!isThere && !isMade && !PLACEHOLDER.test(name)) || isElsewhere(path, name))
            miss(path, name, offset + index)
        }
    }
    for (const [path, text] of texts) {
      if (!path.endsWith('.md')) continue
      for (const { 0: span, index } of text.matchAll(/`[^`\n]+`/g)) {
        readPaths(path, span, index)
        const [, called, named] = SYMBOL.exec(span) ?? []
        const symbol = called ?? named
        if (symbol && !words.has(symbol)) miss(path, symbol, index)
      }
    }
    for (const { path, text } of units.values())
      for (const { 0: comment, index } of text.matchAll(COMMENT)) {
        readPaths(path, comment, index)
        for (const { 1: called, index: at } of comment.matchAll(/\b([a-zA-Z]+)\(\)/g))
          if (!words.has(called!)) miss(path, called!, index + at)
      }
    return [...faults.values()]
  },
}
