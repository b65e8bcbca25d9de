import { dirname } from 'node:path'
import type { Check, Fault } from './check.ts'
import { isTest } from './tree.ts'

const LINES_A_FILE = 300
const FILES_A_FOLDER = 15

/** A file of too many lines, a folder of too many files. Tests are not counted: theirs are as many as there are promises. */
export const sizes: Check = {
  name: 'sizes',
  find: ({ units }) => {
    const faults: Fault[] = []
    const filesByFolder = new Map<string, number>()
    for (const { path, text } of units.values()) {
      if (isTest(path)) continue
      const folder = dirname(path)
      filesByFolder.set(folder, (filesByFolder.get(folder) ?? 0) + 1)
      const lines = text.replace(/\n$/, '').split('\n').length
      if (lines > LINES_A_FILE)
        faults.push({ subject: path, message: `${lines} lines, more than ${LINES_A_FILE}: it has two nouns` })
    }
    for (const [folder, files] of filesByFolder)
      if (files > FILES_A_FOLDER)
        faults.push({ subject: folder, message: `${files} files, more than ${FILES_A_FOLDER}: give it folders` })
    return faults
  },
}
