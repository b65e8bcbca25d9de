/**
 * Holds the imports of src/ to layers.json: no upward import, no import cycle, no effect in a pure room, FFI in kernel/
 * only, and no CommonJS package by import(), whose names the bundle does not have.
 * Prints the graph of rooms; exits 1 with one line a fault.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { findPackageJSON, isBuiltin } from 'node:module'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(import.meta.dirname, '..', '..')
const source = join(root, 'src')
const rules = JSON.parse(readFileSync(join(import.meta.dirname, 'layers.json'), 'utf8')) as {
  rooms: Record<string, string[]>
  /** Of rooms with phases: which of its own folders a folder may import. Files beside them are the room's front and may import all. */
  folders: Record<string, Record<string, string[]>>
  pure: string[]
  pureFiles: string[]
  /** Folders of tests that may import themselves and these rooms, and nothing else. */
  tests: Record<string, string[]>
  ffi: { packages: string[]; rooms: string[] }
}
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
// A pure room has no clock and no randomness of its own: both come in as arguments.
const EFFECT = /\b(?:Math\.random|Date\.now|performance\.now|setTimeout|setInterval|crypto\.)\b|\bnew Date\(\s*\)/

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => relative(source, join(entry.parentPath, entry.name)))
  .sort()
const folderOf = (file: string): string | undefined => {
  const [, folder, below] = file.split('/')
  return below === undefined ? undefined : folder
}
const isTest = (file: string): boolean => file.endsWith('.test.ts') || file.includes('/testing/')
const roomOf = (file: string): string => file.split('/')[0]!
const isPure = (file: string): boolean =>
  rules.pure.includes(roomOf(file)) || rules.pureFiles.some((pattern) => new RegExp(pattern).test(file))

/** Whether import() of a package gives a module without names of its own, once it is bundled. */
const isCommonJs = (specifier: string): boolean => {
  if (isBuiltin(specifier)) return false
  const entry = fileURLToPath(import.meta.resolve(specifier))
  if (entry.endsWith('.mjs')) return false
  const manifest = findPackageJSON(specifier, import.meta.url)
  return manifest === undefined || JSON.parse(readFileSync(manifest, 'utf8')).type !== 'module'
}

const faults: string[] = []
const edges = new Map<string, Set<string>>()
const imports = new Map<string, string[]>()
for (const file of files) {
  const text = readFileSync(join(source, file), 'utf8')
  const room = roomOf(file)
  const allowed = rules.rooms[room]
  if (!allowed) faults.push(`${file}: room '${room}' is not in layers.json`)
  const targets: string[] = []
  for (const match of text.matchAll(IMPORT)) {
    const specifier = (match[1] ?? match[2] ?? match[3])!
    if (specifier.startsWith('.')) targets.push(normalize(join(dirname(file), specifier)))
    else if (specifier.startsWith('#')) targets.push(specifier.slice(1))
    else {
      if (!isTest(file) && isPure(file)) faults.push(`${file}: a pure file imports '${specifier}'`)
      if (match[3] !== undefined && !isTest(file) && isCommonJs(specifier))
        faults.push(
          `${file}: '${specifier}' is CommonJS: import() of it has no names in the bundle; import() a file that imports it`,
        )
      if (rules.ffi.packages.includes(specifier) && !rules.ffi.rooms.includes(room))
        faults.push(`${file}: only ${rules.ffi.rooms.join(', ')} may import '${specifier}'`)
    }
  }
  if (isTest(file)) continue
  if (isPure(file) && EFFECT.test(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')))
    faults.push(`${file}: a pure file uses a clock, a timer or randomness`)
  imports.set(file, targets)
  for (const target of targets) {
    const to = roomOf(target)
    if (target.startsWith('..')) faults.push(`${file}: imports '${target}', outside src/`)
    else if (!files.includes(target)) faults.push(`${file}: imports '${target}', which does not exist`)
    if (isPure(file) && files.includes(target) && !isPure(target))
      faults.push(`${file}: a pure file imports '${target}', which is not pure`)
    const [from, into] = [folderOf(file), folderOf(target)]
    const phases = to === room && from !== into ? rules.folders[room] : undefined
    if (phases && from !== undefined && !phases[from]?.includes(into ?? ''))
      faults.push(`${file}: '${room}/${from}' may not import '${target}'`)
    if (to === room) continue
    if (!edges.has(room)) edges.set(room, new Set())
    edges.get(room)!.add(to)
    if (allowed && !allowed.includes(to)) faults.push(`${file}: '${room}' may not import '${to}' (${target})`)
  }
}

// The contract judges forwarding and dataplane: it shares no code with them.
for (const [folder, allowed] of Object.entries(rules.tests)) {
  for (const file of readdirSync(join(root, folder)).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(join(root, folder, file), 'utf8')
    for (const match of text.matchAll(IMPORT)) {
      const specifier = (match[1] ?? match[2] ?? match[3])!
      const isOwn = specifier.startsWith('./')
      if (!isOwn && !allowed.some((room) => specifier.startsWith(`#${room}/`)))
        faults.push(`${folder}/${file}: may import ${allowed.join(' and ')} alone, not '${specifier}'`)
    }
  }
}

const state = new Map<string, 'open' | 'done'>()
const visit = (file: string, path: string[]): void => {
  if (state.get(file) === 'done') return
  if (state.get(file) === 'open') {
    faults.push(`import cycle: ${[...path.slice(path.indexOf(file)), file].join(' > ')}`)
    return
  }
  state.set(file, 'open')
  for (const target of imports.get(file) ?? []) if (imports.has(target)) visit(target, [...path, file])
  state.set(file, 'done')
}
for (const file of imports.keys()) visit(file, [])

for (const room of Object.keys(rules.rooms)) {
  const count = files.filter((file) => roomOf(file) === room && !isTest(file)).length
  if (count > 0)
    console.log(
      `${room.padEnd(12)} ${String(count).padStart(3)} files  ${[...(edges.get(room) ?? [])].sort().join(' ')}`,
    )
}
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
