import { isBuiltin } from 'node:module'
import type { Check, Fault } from './check.ts'
import { isTest } from './tree.ts'

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}
interface Lock {
  readonly packages?: Readonly<Record<string, { readonly bin?: Readonly<Record<string, string>> }>>
}

/** The package of `name/part` and `@scope/name/part`. */
const packageOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

/** A package that is imported and not in package.json, or for development alone; one that is there and not used. */
export const dependencies: Check = {
  name: 'dependencies',
  find: ({ texts, units }) => {
    const manifest: Manifest = JSON.parse(texts.get('package.json') ?? '{}')
    const lock: Lock = JSON.parse(texts.get('package-lock.json') ?? '{}')
    const running = new Set(Object.keys(manifest.dependencies ?? {}))
    const developing = new Set(Object.keys(manifest.devDependencies ?? {}))
    const used = new Set<string>()
    const faults: Fault[] = []
    for (const { path, imports } of units.values())
      for (const { specifier, target } of imports) {
        if (target !== undefined) continue
        if (isBuiltin(specifier)) {
          used.add('@types/node')
          continue
        }
        const name = packageOf(specifier)
        used.add(name).add(`@types/${name.replace(/^@/, '').replace('/', '__')}`)
        if (running.has(name)) continue
        const isRun = path.startsWith('src/') && !isTest(path)
        const message = isRun ? 'not in dependencies of package.json' : 'not in package.json'
        if (isRun || !developing.has(name)) faults.push({ subject: `${path}: ${name}`, message })
      }
    const scripts = [...texts].filter(([path]) => /^(?:bin|script|\.ci)\/[\w-]+$/.test(path)).map(([, text]) => text)
    for (const name of [...running, ...developing]) {
      const programs = Object.keys(lock.packages?.[`node_modules/${name}`]?.bin ?? {})
      const isStarted = programs.some((program) => scripts.some((text) => text.includes(`.bin/${program} `)))
      if (!used.has(name) && !isStarted)
        faults.push({
          subject: name,
          message: 'in package.json, and neither imported nor started by a script: remove it',
        })
    }
    return faults
  },
}
