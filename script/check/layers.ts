import { readFileSync } from 'node:fs'
import { findPackageJSON, isBuiltin } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Check, Fault } from './check.ts'
import { isTest, roomOf, type Tree, type Unit } from './tree.ts'

/** Who may import whom. */
export interface Rules {
  /** Each room, and the rooms that it may import besides itself. */
  readonly rooms: Readonly<Record<string, readonly string[]>>
  /**
   * Of rooms, and of folders below them (`kubelet/container`), that have phases: which of its own folders a folder may
   * import. Files beside them are its front, and may all.
   */
  readonly folders: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** Folders that may not import these rooms, though their own room may. */
  readonly barred: Readonly<Record<string, readonly string[]>>
  /** Files that are reached by one door: who may import them, files or folders. */
  readonly doors: Readonly<Record<string, readonly string[]>>
  /** Packages that only compute, which pure rooms may import. */
  readonly purePackages: readonly string[]
  /** Rooms without effects. */
  readonly pure: readonly string[]
  /** Files without effects in other rooms: patterns of their paths below src/. */
  readonly pureFiles: readonly string[]
  /** Rooms whose own tests, too, import only what the room may. */
  readonly closed: readonly string[]
  /** Folders of tests that may import themselves and these rooms, and nothing else. */
  readonly tests: Readonly<Record<string, readonly string[]>>
  /** Packages that call C, and who may import them. */
  readonly ffi: { readonly packages: readonly string[]; readonly rooms: readonly string[] }
}

/** `walk` of `src/explain/walk/hop.ts` in `explain`; empty of a file that lies there itself, undefined outside. */
export const folderOf = (path: string, parent: string): string | undefined =>
  path.startsWith(`src/${parent}/`) ? dirname(path.slice(`src/${parent}/`.length)).replace(/^\.$|\/.*/, '') : undefined

// A pure room has no clock and no randomness of its own: both come in as arguments.
const EFFECT = /\b(?:Math\.random|Date\.now|performance\.now|setTimeout|setInterval|crypto\.)\b|\bnew Date\(\s*\)/

/** The rooms that each room imports, tests apart. */
export const importedBy = ({ units }: Tree): ReadonlyMap<string, ReadonlySet<string>> => {
  const imported = new Map<string, Set<string>>()
  for (const { path, imports } of units.values()) {
    const room = roomOf(path)
    if (!room || isTest(path)) continue
    if (!imported.has(room)) imported.set(room, new Set())
    for (const { target } of imports) {
      const to = target && roomOf(target)
      if (to && to !== room) imported.get(room)!.add(to)
    }
  }
  return imported
}

/** A line a room, in the order of the rules: how many files it has, and whom it imports. */
export const graphOf = (tree: Tree, { rooms }: Rules): readonly string[] => {
  const imported = importedBy(tree)
  return Object.keys(rooms).flatMap((room) => {
    const files = [...tree.units.keys()].filter((path) => roomOf(path) === room && !isTest(path)).length
    const names = [...(imported.get(room) ?? [])].sort().join(' ')
    return files === 0 ? [] : [`${room.padEnd(12)} ${String(files).padStart(3)} files  ${names}`]
  })
}

/** Whether import() of a package gives a module without names of its own, once it is bundled. */
const isCommonJs = (specifier: string): boolean => {
  if (isBuiltin(specifier)) return false
  const entry = fileURLToPath(import.meta.resolve(specifier))
  if (entry.endsWith('.mjs')) return false
  const manifest = findPackageJSON(specifier, import.meta.url)
  return manifest === undefined || JSON.parse(readFileSync(manifest, 'utf8')).type !== 'module'
}

/** Files that import one another in a circle, each circle once, as a path. */
const cyclesOf = (units: readonly Unit[]): readonly string[] => {
  const byPath = new Map(units.map((unit) => [unit.path, unit]))
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = ({ path, imports }: Unit, way: readonly string[]): void => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      cycles.push([...way.slice(way.indexOf(path)), path].join(' > '))
      return
    }
    state.set(path, 'open')
    for (const { target } of imports) {
      const next = target && byPath.get(target)
      if (next) visit(next, [...way, path])
    }
    state.set(path, 'done')
  }
  for (const unit of units) visit(unit, [])
  return cycles
}

/** Whether a file may have no effects: it lies in a pure room, or is one of those that are named by themselves. */
export const isPureFile = (path: string, { pure, pureFiles }: Pick<Rules, 'pure' | 'pureFiles'>): boolean =>
  pure.includes(roomOf(path) ?? '') || pureFiles.some((pattern) => new RegExp(`^src/${pattern}`).test(path))

/**
 * An upward import, an import cycle, an effect in a pure room, FFI where it is not allowed, or a CommonJS package by
 * import(), whose names the bundle does not have.
 */
export const layers = (rules: Rules): Check => {
  const isPure = (path: string): boolean => isPureFile(path, rules)

  /** What is wrong with a file of src/ in itself. */
  const faultsOf = ({ path, text, imports }: Unit, { units }: Tree): readonly string[] => {
    const room = roomOf(path)
    const allowed = room && rules.rooms[room]
    if (!allowed) return [`room '${room}' is not in layers.json`]
    const faults: string[] = []
    for (const { specifier, target, isLazy } of imports) {
      if (target === undefined && rules.ffi.packages.includes(specifier) && !rules.ffi.rooms.includes(room))
        faults.push(`only ${rules.ffi.rooms.join(', ')} may import '${specifier}'`)
      if (isTest(path)) {
        const above = target && roomOf(target)
        if (above && above !== room && rules.closed.includes(room) && !allowed.includes(above))
          faults.push(`a test of '${room}' may not import '${above}' (${target})`)
        continue
      }
      if (target === undefined) {
        if (isPure(path) && !rules.purePackages.includes(specifier)) faults.push(`a pure file imports '${specifier}'`)
        if (isLazy && isCommonJs(specifier))
          faults.push(
            `'${specifier}' is CommonJS: import() of it has no names in the bundle; import() a file that imports it`,
          )
        continue
      }
      const to = roomOf(target)
      if (to === undefined) faults.push(`imports '${target}', outside src/`)
      else if (!units.has(target)) faults.push(`imports '${target}', which does not exist`)
      else if (isPure(path) && !isPure(target)) faults.push(`a pure file imports '${target}', which is not pure`)
      if (to !== undefined && to !== room && !allowed.includes(to))
        faults.push(`'${room}' may not import '${to}' (${target})`)
      for (const [parent, phases] of Object.entries(rules.folders)) {
        const [from, into] = [folderOf(path, parent), folderOf(target, parent)]
        if (from && into !== undefined && from !== into && !phases[from]?.includes(into))
          faults.push(`'${parent}/${from}' may not import '${target}'`)
      }
      for (const [folder, rooms] of Object.entries(rules.barred))
        if (to !== undefined && path.startsWith(folder) && rooms.includes(to))
          faults.push(`nothing in ${folder} may import '${to}' (${target})`)
      const door = rules.doors[target]
      if (door !== undefined && !isTest(path) && !door.some((allowed) => path.startsWith(allowed)))
        faults.push(`'${target}' is reached by ${door.join(' and ')} alone`)
    }
    if (!isTest(path) && isPure(path) && EFFECT.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))
      faults.push('a pure file uses a clock, a timer or randomness')
    return faults
  }

  return {
    name: 'layers',
    find: (tree) => {
      const faults: Fault[] = []
      const own = [...tree.units.values()].filter(({ path }) => path.startsWith('src/'))
      for (const unit of own) for (const message of faultsOf(unit, tree)) faults.push({ subject: unit.path, message })
      // The contract judges forwarding and dataplane: it shares no code with them.
      for (const { path, imports } of tree.units.values()) {
        const allowed = rules.tests[dirname(path)]
        if (allowed)
          for (const { specifier } of imports)
            if (!specifier.startsWith('./') && !allowed.some((room) => specifier.startsWith(`#${room}/`)))
              faults.push({ subject: path, message: `may import ${allowed.join(' and ')} alone, not '${specifier}'` })
      }
      for (const cycle of cyclesOf(own.filter(({ path }) => !isTest(path))))
        faults.push({ subject: cycle.split(' ')[0]!, message: `import cycle: ${cycle}` })
      return faults
    },
  }
}
