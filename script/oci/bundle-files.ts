import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A bundle of dist/ with all the files beside it that it names, and that these name: parts that it shares with others,
 * threads, texts.
 */
export const bundleFiles = (dist: string, first: string): readonly string[] => {
  const found = new Set([first])
  // What is added while a set is walked is walked too.
  for (const name of found) {
    const text = readFileSync(join(dist, name), 'utf8')
    for (const [, named] of text.matchAll(/["'`](?:\.\/)?([\w.-]+\.(?:mjs|cjs|json))["'`]/g))
      if (existsSync(join(dist, named!))) found.add(named!)
  }
  return [...found].sort()
}
