/**
 * Holds the tree to the habits of CONTRIBUTING.md that a machine can keep; exceptions.json says what may stand, and why.
 * Prints the graph of rooms; exits 1 with a line a fault.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Check } from './check.ts'
import { deadRules } from './dead-rules.ts'
import { dependencies } from './dependencies.ts'
import { documents } from './documents.ts'
import { type Exceptions, unexcused } from './exceptions.ts'
import { graphOf, layers, type Rules } from './layers.ts'
import { repeats } from './repeats.ts'
import { rooms } from './rooms.ts'
import { sizes } from './sizes.ts'
import { readTree } from './tree.ts'
import { unused } from './unused.ts'

const read = (name: string) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8'))
const exceptions: Exceptions = read('exceptions.json')
const rules: Rules = read('layers.json')
const checks: readonly Check[] = [
  layers(rules),
  rooms(rules),
  deadRules(rules),
  sizes,
  unused,
  dependencies,
  documents,
  repeats,
]

const tree = readTree(join(import.meta.dirname, '..', '..'))
for (const line of graphOf(tree, rules)) console.log(line)
for (const check of checks)
  for (const { subject, message } of unexcused(check, check.find(tree), exceptions)) {
    console.error(`${check.name}: ${subject}: ${message}`)
    process.exitCode = 1
  }
for (const name of Object.keys(exceptions))
  if (!checks.some((check) => check.name === name)) {
    console.error(`exceptions.json: there is no check '${name}'`)
    process.exitCode = 1
  }
